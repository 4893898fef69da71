import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL

@testable import HTTPCore

/// An HTTP/2 connection that can send any frame.
struct HTTP2Client {
    private var inbound: NIOAsyncChannelInboundStream<HTTP2Frame>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<HTTP2Frame>

    static func open(
        _ port: Int, initialWindow: Int = 65_535, _ body: (inout HTTP2Client) async throws -> Void
    ) async throws {
        let context = try NIOSSLContext(configuration: .trusting(["h2"]))
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
                    try pipeline.addHandler(
                        NIOHTTP2Handler(
                            mode: .client,
                            initialSettings: [HTTP2Setting(parameter: .initialWindowSize, value: initialWindow)]))
                    try pipeline.addHandler(ErrorIgnoringHandler())
                    return try NIOAsyncChannel<HTTP2Frame, HTTP2Frame>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            var client = HTTP2Client(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            try await body(&client)
        }
    }

    func send(_ stream: Int32, _ payload: HTTP2Frame.FramePayload) async throws {
        try await outbound.write(HTTP2Frame(streamID: HTTP2StreamID(stream), payload: payload))
    }

    func request(
        _ stream: Int32, _ method: String, _ path: String, _ fields: [(String, String)] = [], ends: Bool = true
    ) async throws {
        var headers: HPACKHeaders = [
            ":method": method, ":scheme": "https", ":authority": "a", ":path": path,
        ]
        for (name, value) in fields { headers.add(name: name, value: value) }
        try await send(stream, .headers(.init(headers: headers, endStream: ends)))
    }

    func data(_ stream: Int32, _ bytes: ByteBuffer, ends: Bool) async throws {
        try await send(stream, .data(.init(data: .byteBuffer(bytes), endStream: ends)))
    }

    /// The next frame; nil when the server has closed.
    mutating func frame() async throws -> HTTP2Frame? {
        try await inbound.next(isolation: #isolation)
    }

    /// The status and the body of a stream's answer, up to its end; nil when it was reset or the server closed.
    mutating func answer(_ stream: Int32) async throws -> (status: Int, headers: HPACKHeaders, body: String)? {
        var headers: HPACKHeaders?
        var body = ""
        while let frame = try await frame() {
            guard frame.streamID == HTTP2StreamID(stream) else { continue }
            var isEnd = false
            switch frame.payload {
            case .headers(let payload):
                if payload.headers.first(name: ":status") != "100" { headers = payload.headers }
                isEnd = payload.endStream
            case .data(let payload):
                if case .byteBuffer(let bytes) = payload.data { body += String(buffer: bytes) }
                isEnd = payload.endStream
            case .rstStream: return nil
            default: break
            }
            if isEnd, let headers {
                return (headers.first(name: ":status").flatMap { Int($0) } ?? 0, headers, body)
            }
        }
        return nil
    }

    /// Reads until the server closes.
    /// - Returns: the code of the GOAWAY that it sent, if it did.
    mutating func goAway() async -> HTTP2ErrorCode? {
        var code: HTTP2ErrorCode?
        while let frame = try? await frame() {
            if case .goAway(_, let given, _) = frame.payload { code = given }
        }
        return code
    }
}

/// Ignores errors, because the client's own protocol violations, and frames of streams that it has reset, must not end its
/// reading.
private final class ErrorIgnoringHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    func errorCaught(context _: ChannelHandlerContext, error _: any Error) {}
}

extension TLSConfiguration {
    /// A client that accepts any certificate.
    static func trusting(_ protocols: [String]) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.applicationProtocols = protocols
        return configuration
    }
}
