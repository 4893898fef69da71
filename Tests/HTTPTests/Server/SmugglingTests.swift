import Testing

@testable import HTTPCore

/// Where a request ends must be one thing to us and to any proxy before us: what could be read in two ways is refused, and
/// what follows it on the connection is never read as a request (RFC 9112, sections 2.2, 5.2, 6.1 and 11.2).
@Suite("Request smuggling", .timeLimit(.minutes(1)))
struct SmugglingTests {
    private static let next = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test(
        "a request whose end may be read in two ways is 400, and the connection ends",
        arguments: [
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "Transfer-Encoding: identity\r\n\r\n",
            "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: \u{B}chunked\r\n\r\n0\r\n\r\n", "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
            "X: a\r\n b\r\nContent-Length: 0\r\n\r\n", "X: a\r\n\tTransfer-Encoding: chunked\r\n\r\n",
            "Content-Length: 0\r\nContent-Length: 0\r\n\r\n", "Content-Length: 0, 0\r\n\r\n",
            "Content-Length: +0\r\n\r\n", "Content-Length: 0x0\r\n\r\n", "Content-Length: 0 0\r\n\r\n",
            "X: a\rb\r\nContent-Length: 0\r\n\r\n", "X: a\u{0}b\r\nContent-Length: 0\r\n\r\n",
            "Content-Length: 0\n\n",
            "Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff2\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n2;a\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n",
        ])
    func refused(_ rest: String) async throws {
        try await RunningServer.run(makeAPI()) { server in
            try await RawConnection.open(server.port) { connection in
                let request = "POST /api/v1/inventory/receive HTTP/1.1\r\nHost: a\r\n" + rest
                try await connection.send(Array((request + Self.next).utf8))
                #expect(try await connection.answer()?.status == 400)
                // Nothing of what follows is answered.
                #expect(try await connection.answer() == nil)
            }
        }
    }

    @Test("what stands in a body is not read as a request, whatever the route does with bodies")
    func bodies() async throws {
        try await RunningServer.run(makeAPI()) { server in
            for path in ["/health/live", "/nope"] {
                try await RawConnection.open(server.port) { connection in
                    let length = Self.next.utf8.count
                    let request = "GET \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n" + Self.next
                    try await connection.send(Array((request + "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n").utf8))
                    #expect(try await connection.answer()?.status == (path == "/nope" ? 404 : 200))
                    #expect(try await connection.answer()?.body == #"{"status":"ok"}"#)
                }
            }
        }
    }
}
