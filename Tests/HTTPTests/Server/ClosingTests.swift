import HTTPTypes
import NIOCore
import Synchronization
import Testing
import UseCases

@testable import HTTPCore
@testable import HTTPTransport

/// Connections that end while an answer is on its way, or that bring more than was asked for.
@Suite("Closing", .timeLimit(.minutes(1)))
struct ClosingTests {
    /// More than sockets hold.
    private static let size = 24 << 20

    private static let large = Endpoint(.get, "/large", scope: nil, summary: "") { _ in
        APIResponse(.ok, body: ByteBuffer(repeating: 0x61, count: size))
    }

    private static let live = Endpoint(.get, "/live", scope: nil, summary: "") { _ in
        APIResponse(.ok, body: ByteBuffer(string: "ok"))
    }

    private static let importing = Endpoint(.post, "/import", scope: nil, body: .csv(limit: 64 << 20), summary: "") {
        _ = try await $0.stream?.read { _ in }
        return APIResponse(.ok)
    }

    /// Streams a piece, waits for the gate, and streams `pieces` more.
    private static func exporting(_ pieces: Int, _ gate: Gate? = nil) -> Endpoint {
        Endpoint(.get, "/export", scope: nil, summary: "") { _ in
            let made = Mutex(0)
            var answer = APIResponse(.ok)
            answer.stream = AnswerStream {
                let count = made.withLock { made in
                    made += 1
                    return made
                }
                if count == 2 { await gate?.wait() }
                return count <= pieces + 1 ? ByteBuffer(repeating: 0x61, count: 1 << 16) : nil
            }
            return answer
        }
    }

    @Test("a caller that closes its side early gets the whole answer, however slowly it reads")
    func halfClosed() async throws {
        try await RunningServer.run([Self.large]) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("GET /large HTTP/1.1\nHost: a\n\n")
                try await connection.endSending()
                #expect(try await connection.answer()?.body.utf8.count == Self.size)
                await connection.waitForEnd()
            }
        }
    }

    @Test("so does one that closes its side when the answer is under way, and was to be the last one")
    func halfClosedLater() async throws {
        try await RunningServer.run([Self.large]) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("GET /large HTTP/1.1\nHost: a\nConnection: close\n\n")
                try await connection.waitForBytes()
                try await connection.endSending()
                #expect(try await connection.answer()?.body.utf8.count == Self.size)
                await connection.waitForEnd()
            }
        }
    }

    @Test("so does one that speaks HTTP/1.0, of an answer whose length nobody tells")
    func halfClosedStream() async throws {
        try await RunningServer.run([Self.exporting(384)]) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("GET /export HTTP/1.0\n\n")
                try await connection.endSending()
                let text = try await connection.textUntilEnd()
                #expect(text.utf8.count { $0 == 0x61 } >= 385 << 16)
            }
        }
    }

    @Test("a server that stops sends the answers that it has made")
    func stopped() async throws {
        try await RunningServer.run([Self.large]) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("GET /large HTTP/1.1\nHost: a\n\n")
                try await connection.waitForBytes()
                await server.stop()
                #expect(try await connection.answer()?.body.utf8.count == Self.size)
                await connection.waitForEnd()
            }
        }
    }

    @Test("a body that breaks off while its answer streams is not answered in the middle of it")
    func brokenBody() async throws {
        let gate = Gate()
        try await RunningServer.run([Self.exporting(1, gate)]) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("GET /export HTTP/1.0\nContent-Length: 10\n\nabc")
                try await connection.waitForBytes()
                try await connection.endSending()
                let text = try await connection.textUntilEnd()
                #expect(!text.contains("HTTP/1.1 400"))
                gate.open()
            }
        }
    }

    @Test("what a body brings while its answer streams is free again afterwards")
    func bodyOfStream() async throws {
        var limits = TransportLimits()
        limits.bodyBytesInFlight = 100_000
        for _ in 0..<2 {
            let gate = Gate()
            try await RunningServer.run(
                [Self.exporting(1, gate), Self.live, Self.importing], eventLoops: 1, limits: limits
            ) { server in
                try await RawConnection.open(server.port) { first in
                    try await first.send("GET /export HTTP/1.1\nHost: a\nContent-Length: 60000\n\n")
                    try await first.waitForBytes()
                    try await first.send([UInt8](repeating: 0x61, count: 60_000))
                    // Once the only loop has answered another client twice, it has read the body.
                    try await RawConnection.open(server.port) { other in
                        for _ in 0..<2 {
                            try await other.send("GET /live HTTP/1.1\nHost: a\n\n")
                            #expect(try await other.answer()?.status == 200)
                        }
                        gate.open()
                        _ = try await first.text(until: "\r\n0\r\n\r\n")
                        try await other.send("POST /import HTTP/1.1\nHost: a\nContent-Length: 90000\n\n")
                        try await other.send([UInt8](repeating: 0x61, count: 90_000))
                        #expect(try await other.answer()?.status == 200)
                    }
                }
            }
        }
    }
}
