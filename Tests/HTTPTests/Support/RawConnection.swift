import NIOCore
import NIOPosix
import NIOSSL

@testable import HTTPCore

/// A connection that can send any bytes, HTTP or not.
struct RawConnection {
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private let channel: any Channel
    /// Received text that has not been returned yet.
    private var received = ""

    private init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        _ channel: any Channel
    ) {
        self.channel = channel
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    /// - Parameter tls: the client's configuration; nil for plain TCP.
    static func open(
        _ port: Int, tls: TLSConfiguration? = nil, _ body: (inout RawConnection) async throws -> Void
    ) async throws {
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        // Fixed, because the kernel would let it grow to tens of MiB, which could hold whole responses.
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.so_rcvbuf), value: 1 << 18)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        let handler = try NIOSSLClientHandler(context: context, serverHostname: nil)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            var connection = RawConnection(inbound, outbound, channel.channel)
            try await body(&connection)
        }
    }

    /// Sends text with its line breaks as CRLF.
    func send(_ text: String) async throws {
        try await outbound.write(ByteBuffer(string: text.replacing("\n", with: "\r\n")))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await outbound.write(ByteBuffer(bytes: bytes))
    }

    /// Sends `count` bytes and counts those that the socket has accepted, since the writer buffers many more.
    func sendAll(_ count: Int, _ sent: Tally) async throws {
        let piece = ByteBuffer(repeating: 0x61, count: 1 << 16)
        while sent.sum < count {
            try await channel.writeAndFlush(piece)
            sent.add(piece.readableBytes)
        }
    }

    /// Half-closes: the server may still send.
    func endSending() async throws {
        try await channel.close(mode: .output)
    }

    /// Returns when something has been received, and keeps it for the next read.
    mutating func waitForBytes() async throws {
        if received.isEmpty, let bytes = try await inbound.next(isolation: #isolation) {
            received += String(buffer: bytes)
        }
    }

    /// The received text, up to and including `end`.
    mutating func text(until end: String) async throws -> String {
        var isHere = received.contains(end)
        while !isHere, let bytes = try await inbound.next(isolation: #isolation) {
            let tail = received.utf8.suffix(end.utf8.count)
            received += String(buffer: bytes)
            isHere = received.utf8.suffix(tail.count + bytes.readableBytes).firstRange(of: Array(end.utf8)) != nil
        }
        defer { received = "" }
        return received
    }

    mutating func textUntilEnd() async throws -> String {
        while let bytes = try? await inbound.next(isolation: #isolation) { received += String(buffer: bytes) }
        return received
    }

    /// The next answer with all of its body; nil when the server closes before.
    mutating func answer() async throws -> RawAnswer? {
        while true {
            if let (answer, rest) = RawAnswer.parse(received) {
                received = rest
                return answer
            }
            guard let bytes = try await inbound.next(isolation: #isolation) else { return nil }
            received += String(buffer: bytes)
        }
    }

    /// Returns when the server has closed the connection.
    mutating func waitForEnd() async {
        while (try? await inbound.next(isolation: #isolation)) != nil {}
    }
}

/// An answer with a Content-Length.
struct RawAnswer {
    let status: Int
    let head: String
    let body: String

    /// - Returns: nil while bytes are missing.
    static func parse(_ text: String) -> (RawAnswer, rest: String)? {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let head = String(text[..<end.lowerBound])
        let lines = head.lowercased().split(separator: "\r\n")
        let length = lines.first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
        let rest = text[end.upperBound...].utf8
        guard rest.count >= length, let status = Int(head.dropFirst(9).prefix(3)) else { return nil }
        let body = String(decoding: rest.prefix(length), as: UTF8.self)
        return (
            RawAnswer(status: status, head: head, body: body), String(decoding: rest.dropFirst(length), as: UTF8.self)
        )
    }
}
