import Testing

@testable import Telemetry

@Suite("The head of a request to the status server")
struct StatusHeadReaderTests {
    private static let text = "GET /metrics?a=b HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n"

    /// What the last piece gives; the pieces before it must give nothing.
    private func read(_ pieces: [String], limit: Int = 8_192) throws(StatusRefusal) -> StatusRequest? {
        var reader = StatusHeadReader(limit: limit)
        for piece in pieces.dropLast() { #expect(try reader.append(Array(piece.utf8)[...]) == nil) }
        return try reader.append(Array((pieces.last ?? "").utf8)[...])
    }

    @Test("it may be cut anywhere", arguments: ["\r\n", "\n"])
    func pieces(_ lineEnd: String) throws {
        let text = Self.text.replacing("\r\n", with: lineEnd)
        let whole = try #require(try read([text]))
        #expect(whole.method == "GET" && whole.path == "/metrics")
        let scalars = text.unicodeScalars.map(String.init)
        #expect(try read(scalars) == whole)
        for first in 0..<scalars.count {
            for second in first..<scalars.count {
                let pieces = [scalars[..<first], scalars[first..<second], scalars[second...]].map { $0.joined() }
                #expect(try read(pieces) == whole)
            }
        }
        #expect(try read(["\r\n", "\n", text + "a body"]) == whole)
    }

    @Test("it is complete within the limit or refused")
    func limit() throws {
        let count = Self.text.utf8.count
        #expect(try read([Self.text + "body"], limit: count) != nil)
        #expect(throws: StatusRefusal.headTooLarge) { try read([Self.text], limit: count - 1) }
        #expect(throws: StatusRefusal.headTooLarge) {
            try read([String(Self.text.dropLast()), "aaa"], limit: count - 1)
        }
    }

    @Test("random bytes are refused or waited on, and never read as a request")
    func randomBytes() {
        var state: UInt64 = 42
        for _ in 0..<2_000 {
            var bytes: [UInt8] = []
            for _ in 0..<64 {
                // Knuth's generator: the same bytes in every run.
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(UInt8(truncatingIfNeeded: state >> 56))
            }
            bytes += Array("\r\n\r\n".utf8)
            var reader = StatusHeadReader(limit: 8_192)
            #expect(throws: StatusRefusal.self) { try reader.append(bytes[...]) }
        }
    }
}
