import HTTPTypes
import Logging
import NIOCore
import Synchronization
import Testing
import UseCases

@testable import HTTPCore

@Suite("Streams", .timeLimit(.minutes(1)))
struct StreamTests {
    private static let piece = 1 << 16

    /// Reads a body as it comes: one step for each time the gate opens.
    private static func importing(_ gate: Gate? = nil, _ read: Tally = Tally()) -> Endpoint {
        Endpoint(.post, "/import", scope: nil, body: .csv(limit: 256 << 20), summary: "") { request in
            await gate?.wait()
            _ = try await request.stream?.read { read.add($0.readableBytes) }
            return APIResponse(.ok, body: ByteBuffer(string: String(read.sum)))
        }
    }

    /// Answers with `pieces` pieces.
    private static func exporting(_ pieces: Int, _ made: Tally = Tally(), failsAfter: Int? = nil) -> Endpoint {
        Endpoint(.get, "/export", scope: nil, summary: "") { _ in
            var answer = APIResponse(.ok)
            answer.stream = AnswerStream {
                if let failsAfter, made.sum == failsAfter { throw Problem(.unavailable, "") }
                guard made.sum < pieces else { return nil }
                made.add(1)
                return ByteBuffer(repeating: 0x61, count: piece)
            }
            return answer
        }
    }

    @Test("a body is given to its handler as it comes, by length or in chunks, and the connection goes on")
    func body() async throws {
        try await RunningServer.run([Self.importing()]) { server in
            for isChunked in [false, true] {
                try await RawConnection.open(server.port) { connection in
                    try await connection.send(
                        "POST /import HTTP/1.1\nHost: a\n"
                            + (isChunked ? "Transfer-Encoding: chunked\n\n" : "Content-Length: \(64 * Self.piece)\n\n"))
                    let bytes = [UInt8](repeating: 0x61, count: Self.piece)
                    let sent = isChunked ? Array("10000\r\n".utf8) + bytes + Array("\r\n".utf8) : bytes
                    for _ in 0..<64 { try await connection.send(sent) }
                    if isChunked { try await connection.send("0\n\n") }
                    #expect(try await connection.answer()?.status == 200)
                    try await connection.send("GET /nope HTTP/1.1\nHost: a\n\n")
                    #expect(try await connection.answer()?.status == 404)
                }
            }
        }
    }

    @Test("a handler that does not read stops the caller, so that the body does not fill the memory")
    func bodyBackpressure() async throws {
        let gate = Gate()
        let sent = Tally()
        let size = 192 << 20
        try await RunningServer.run([Self.importing(gate)]) { server in
            async let opening: Void = {
                while sent.sum == 0 { await Task.yield() }
                for _ in 0..<20_000 { await Task.yield() }
                // Sockets hold what the kernel lets them, often 32 MiB and more; the rest must wait until the handler reads.
                #expect(sent.sum < size)
                gate.open()
            }()
            try await RawConnection.open(server.port) { connection in
                try await connection.send("POST /import HTTP/1.1\nHost: a\nContent-Length: \(size)\n\n")
                try await connection.sendAll(size, sent)
                #expect(try await connection.answer()?.body == String(size))
            }
            await opening
        }
    }

    @Test("a body that breaks off is not taken for whole")
    func brokenBody() async throws {
        try await RunningServer.run([Self.importing()]) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send(
                    "POST /import HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n5\nhello\nZZ\n")
                #expect(try await connection.answer()?.status == 400)
                await connection.waitForEnd()
            }
        }
    }

    @Test("an answer in pieces comes in chunks, and the connection goes on")
    func answer() async throws {
        try await RunningServer.run([Self.exporting(3)]) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("GET /export HTTP/1.1\nHost: a\n\nGET /nope HTTP/1.1\nHost: a\n\n")
                let all = try await connection.text(until: "not_found")
                #expect(all.contains("Transfer-Encoding: chunked\r\n"))
                #expect(all.ranges(of: "10000\r\naaaa").count == 3)
                #expect(all.contains("a\r\n0\r\n\r\nHTTP/1.1 404"))
            }
        }
    }

    @Test("a caller of HTTP/1.0 has it until the connection ends")
    func answerToOldClient() async throws {
        try await RunningServer.run([Self.exporting(2)]) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("GET /export HTTP/1.0\n\n")
                let all = try await connection.textUntilEnd()
                #expect(!all.contains("chunked"))
                #expect(all.hasSuffix("\r\n\r\n" + String(repeating: "a", count: 2 * Self.piece)))
            }
        }
    }

    @Test("a caller that does not read stops the answer from being made")
    func answerBackpressure() async throws {
        let made = Tally()
        let pieces = 256
        try await RunningServer.run([Self.exporting(pieces, made)]) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("GET /export HTTP/1.1\nHost: a\n\n")
                while made.sum == 0 { await Task.yield() }
                // Another request is answered while this one stands still.
                try await RawConnection.open(server.port) { other in
                    try await other.send("GET /nope HTTP/1.1\nHost: a\n\n")
                    #expect(try await other.answer()?.status == 404)
                }
                #expect(made.sum < pieces)
                _ = try await connection.text(until: "a\r\n0\r\n\r\n")
                #expect(made.sum == pieces)
            }
        }
    }

    @Test("an answer that cannot be ended ends without its end")
    func brokenAnswer() async throws {
        try await RunningServer.run([Self.exporting(9, failsAfter: 2)]) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("GET /export HTTP/1.1\nHost: a\n\n")
                let all = try await connection.textUntilEnd()
                #expect(all.hasPrefix("HTTP/1.1 200"))
                #expect(!all.hasSuffix("0\r\n\r\n"))
            }
        }
    }

    @Test("whose caller leaves is told so")
    func leftAnswer() async throws {
        let endpoint = Endpoint(.get, "/export", scope: nil, summary: "") { _ in
            var answer = APIResponse(.ok)
            answer.stream = AnswerStream { ByteBuffer(repeating: 0x61, count: Self.piece) }
            return answer
        }
        let log = RecordingLog()
        try await RunningServer.run([endpoint], logger: Logger(label: "test") { _ in log }) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("GET /export HTTP/1.1\nHost: a\n\n")
                _ = try await connection.text(until: "aaaa")
            }
            while !log.lines.all.contains(where: { $0.contains("answer broke off") }) { await Task.yield() }
        }
    }
}

/// A sum that two tasks share.
final class Tally: Sendable {
    private let value = Atomic<Int>(0)

    var sum: Int { value.load(ordering: .relaxed) }

    func add(_ amount: Int) { value.wrappingAdd(amount, ordering: .relaxed) }
}
