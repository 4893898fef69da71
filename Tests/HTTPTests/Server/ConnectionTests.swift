import Testing

@testable import HTTPCore

@Suite("Connections", .timeLimit(.minutes(1)))
struct ConnectionTests {
    private static let live = "GET /health/live HTTP/1.1\nHost: a\n\n"

    @Test("requests that follow each other without waiting are answered in their order")
    func pipelining() async throws {
        try await RunningServer.run(makeAPI()) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send(Self.live + "GET /nope HTTP/1.1\nHost: a\n\n" + Self.live)
                #expect(try await connection.answer()?.status == 200)
                #expect(try await connection.answer()?.status == 404)
                #expect(try await connection.answer()?.body == #"{"status":"ok"}"#)
            }
        }
    }

    @Test(
        "what is not HTTP is a malformed_request problem, and the connection ends",
        arguments: [
            "Content-Length: abc", "Content-Length: -1", "Content-Length: 1\nContent-Length: 2", "Content-Length: 1e3",
            "Content-Length: 99999999999999999999", "Bad Header: x", "X: \u{1}",
            "Transfer-Encoding: chunked\n\nZZ\nab\n0",
        ]
    )
    func notHTTP(_ lines: String) async throws {
        try await RunningServer.run(makeAPI()) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("POST /api/v1/inventory/ship HTTP/1.1\nHost: a\n\(lines)\n\n")
                let answer = try await connection.answer()
                #expect(answer?.status == 400)
                #expect(answer?.body.contains(#""code":"malformed_request""#) == true)
                #expect(answer?.head.contains("X-Request-Id: ") == true)
                await connection.waitForEnd()
            }
        }
    }

    @Test("nor are headers that are too large, and lines that mean nothing")
    func garbage() async throws {
        try await RunningServer.run(makeAPI()) { server in
            let large = "GET / HTTP/1.1\nHost: a\nX: \(String(repeating: "x", count: 100_000))\n\n"
            let many = "GET / HTTP/1.1\n" + String(repeating: "X: y\n", count: 200) + "\n"
            for request in [large, many, "hello\n\n", "\u{16}\u{3}\u{1}\u{2}", "GET  / HTTP/9.9\n\n"] {
                try await RawConnection.open(server.port) { connection in
                    try await connection.send(request)
                    #expect(try await connection.answer()?.status == 400, "\(request.prefix(20))")
                    await connection.waitForEnd()
                }
            }
            try await RawConnection.open(server.port) { connection in
                try await connection.send(Self.live)
                #expect(try await connection.answer()?.status == 200)
            }
        }
    }

    @Test("a body of 2 MiB is 413 at once, and the connection goes on")
    func tooLarge() async throws {
        try await RunningServer.run(makeAPI()) { server in
            try await RawConnection.open(server.port) { connection in
                let size = 2 << 20
                try await connection.send(
                    "POST /api/v1/reservations HTTP/1.1\nHost: a\nContent-Length: \(size)\n\n"
                )
                // Not a byte of the body was sent.
                #expect(try await connection.answer()?.status == 413)
                try await connection.send(Array(repeating: 0x20, count: size))
                try await connection.send(Self.live)
                #expect(try await connection.answer()?.status == 200)
            }
        }
    }

    @Test("so is one whose length nobody told")
    func tooLargeInChunks() async throws {
        try await RunningServer.run(makeAPI()) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send(
                    "POST /api/v1/reservations HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n"
                )
                let chunk = Array("10000\r\n".utf8) + Array(repeating: 0x20, count: 0x10000) + Array("\r\n".utf8)
                for _ in 0..<32 { try await connection.send(chunk) }
                #expect(try await connection.answer()?.status == 413)
                try await connection.send("0\n\n" + Self.live)
                #expect(try await connection.answer()?.status == 200)
            }
        }
    }

    @Test("a body without end is not dropped for ever")
    func endless() async throws {
        try await RunningServer.run(makeAPI()) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send(
                    "POST /api/v1/reservations HTTP/1.1\nHost: a\nContent-Length: 1000000000\n\n"
                )
                #expect(try await connection.answer()?.status == 413)
                let piece = [UInt8](repeating: 0x20, count: 1 << 20)
                await #expect(throws: (any Error).self) {
                    for _ in 0..<1_000 { try await connection.send(piece) }
                }
            }
        }
    }

    @Test("who asks whether to send a body is told to")
    func expectContinue() async throws {
        try await RunningServer.run(makeAPI()) { server in
            try await RawConnection.open(server.port) { connection in
                let head = "POST /api/v1/reservations HTTP/1.1\nHost: a\nExpect: 100-continue\n"
                try await connection.send(head + "Content-Length: 2\n\n")
                #expect(try await connection.answer()?.status == 100)
                try await connection.send("{}")
                #expect(try await connection.answer()?.status == 422)
                try await connection.send(head + "Content-Length: 2000000\n\n")
                #expect(try await connection.answer()?.status == 413)
            }
        }
    }

    @Test("a caller that leaves in the middle of a body harms nobody")
    func leaving() async throws {
        try await RunningServer.run(makeAPI()) { server in
            for _ in 0..<20 {
                try await RawConnection.open(server.port) { connection in
                    try await connection.send(
                        "POST /api/v1/reservations HTTP/1.1\nHost: a\nContent-Length: 100\n\n{\"order"
                    )
                }
            }
            try await RawConnection.open(server.port) { connection in
                try await connection.send(Self.live)
                #expect(try await connection.answer()?.status == 200)
            }
        }
    }

    @Test("HEAD has the headers of GET and no body")
    func head() async throws {
        try await RunningServer.run(makeAPI()) { server in
            try await RawConnection.open(server.port) { connection in
                try await connection.send("HEAD /health/live HTTP/1.1\nHost: a\nConnection: close\n\n")
                // A body of 15 bytes is announced and does not come.
                #expect(try await connection.answer() == nil)
            }
        }
    }
}
