import Glibc
import Testing

/// A blocking client that sends any bytes. Every call ends after ten seconds at the latest; use it on a `BlockingThread`.
struct RawSocket: Sendable {
    struct Failure: Error {
        let call: String
        let code: Int32
    }

    let descriptor: Int32

    static func connect(_ port: Int) throws -> RawSocket {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, length)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, length)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            let failure = Failure(call: "connect", code: errno)
            Glibc.close(descriptor)
            throw failure
        }
        return RawSocket(descriptor: descriptor)
    }

    /// Sends text in which line ends are those of HTTP.
    func send(_ text: String) throws {
        try send(Array(text.replacing("\n", with: "\r\n").utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(call: "send", code: errno) }
            sent += count
        }
    }

    /// Everything up to the server's end; a reset or ten seconds of silence throw.
    func receiveAll() throws -> String {
        var bytes: [UInt8] = []
        while let piece = try receive(), !piece.isEmpty { bytes += piece }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Some bytes, or nil at the end.
    func receive(atMost limit: Int = 65_536) throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw Failure(call: "recv", code: errno) }
        return count == 0 ? nil : Array(buffer[..<count])
    }

    /// The server reads the end.
    func finishSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    func close() {
        Glibc.close(descriptor)
    }

    /// Ends the connection with a reset.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }
}

/// An answer in parts.
struct RawAnswer: Equatable, Sendable {
    let status: String
    let fields: [String: String]
    let body: String

    init(_ text: String) throws {
        let end = try #require(text.firstRange(of: "\r\n\r\n"), "no HTTP answer: \(text)")
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        status = String(try #require(lines.first))
        fields = try Dictionary(
            lines.dropFirst().map { line in
                let colon = try #require(line.firstRange(of: ": "))
                return (line[..<colon.lowerBound].lowercased(), String(line[colon.upperBound...]))
            },
            uniquingKeysWith: { "\($0), \($1)" }
        )
        body = String(text[end.upperBound...])
    }
}
