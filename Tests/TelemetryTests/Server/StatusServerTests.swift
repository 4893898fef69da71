import Testing

@testable import Telemetry

@Suite("The status server's answers")
struct StatusServerTests {
    private static func check(_ state: HealthCheck.State, isEssential: Bool) -> HealthCheck {
        HealthCheck("smtp", isEssential: isEssential) {
            HealthCheck.Finding(state, detail: "mail-1.internal", note: "refuses since 2026-11-22T18:00:00Z")
        }
    }

    @Test("metrics are served as Prometheus reads them")
    func metrics() async throws {
        try await RunningStatusServer.with(metrics: "# TYPE up gauge\nup 1\n") { server in
            let answer = try await server.get("/metrics?name%5B%5D=up")
            #expect(answer.status == "HTTP/1.1 200 OK")
            #expect(answer.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer.fields["content-length"] == "21")
            #expect(answer.fields["connection"] == "close")
            #expect(answer.fields["cache-control"] == "no-store")
            #expect(answer.fields["date"]?.hasSuffix(" GMT") == true)
            #expect(answer.body == "# TYPE up gauge\nup 1\n")
        }
    }

    @Test("live answers without asking anything")
    func live() async throws {
        let check = HealthCheck("smtp", isEssential: true) {
            Issue.record("live asked a check")
            return .ok
        }
        try await RunningStatusServer.with(checks: [check]) { server in
            let answer = try await server.get("/health/live")
            #expect(answer.status == "HTTP/1.1 200 OK" && answer.body == #"{"status":"ok"}"#)
            #expect(answer.fields["content-type"] == "application/json")
        }
    }

    @Test(
        "ready is 503 only when something essential is down",
        arguments: [
            (.ok, true, "200 OK", "ok"), (.degraded, true, "200 OK", "degraded"),
            (.down, false, "200 OK", "degraded"), (.down, true, "503 Service Unavailable", "unavailable"),
        ] as [(HealthCheck.State, Bool, String, String)]
    )
    func ready(_ state: HealthCheck.State, _ isEssential: Bool, _ status: String, _ word: String) async throws {
        try await RunningStatusServer.with(checks: [Self.check(state, isEssential: isEssential)]) { server in
            let answer = try await server.get("/health/ready")
            #expect(answer.status == "HTTP/1.1 \(status)")
            #expect(answer.body.hasPrefix(#"{"status":"\#(word)","checks":{"smtp":{"status":"\#(state.rawValue)","#))
            #expect(answer.body.hasSuffix(#","note":"refuses since 2026-11-22T18:00:00Z"}}}"#))
            #expect(!answer.body.contains("internal"))
        }
    }

    @Test("HEAD has the fields of GET and no body", arguments: ["/metrics", "/health/live", "/nothing"])
    func head(_ path: String) async throws {
        try await RunningStatusServer.with { server in
            var get = try await server.get(path).fields
            var head = try await server.ask("HEAD \(path) HTTP/1.1\nHost: localhost\n\n")
            #expect(head.body.isEmpty)
            #expect(get["content-length"] != "0")
            get["date"] = nil
            var fields = head.fields
            fields["date"] = nil
            #expect(fields == get)
            head = try await server.ask("HEAD \(path) HTTP/1.0\n\n")
            #expect(head.body.isEmpty)
        }
    }

    @Test("other paths are 404, and other methods of a path are 405 with Allow")
    func refusals() async throws {
        try await RunningStatusServer.with { server in
            for path in ["/", "/metrics/", "/health", "//metrics", "/health/../metrics"] {
                #expect(try await server.get(path).status == "HTTP/1.1 404 Not Found")
            }
            for method in ["POST", "PUT", "DELETE", "OPTIONS", "get"] {
                let answer = try await server.ask("\(method) /metrics HTTP/1.1\nHost: x\nContent-Length: 3\n\nabc")
                #expect(answer.status == "HTTP/1.1 405 Method Not Allowed")
                #expect(answer.fields["allow"] == "GET, HEAD")
            }
        }
    }

    @Test("a head may come in pieces, after an empty line, with LF alone and in absolute form")
    func forms() async throws {
        try await RunningStatusServer.with { server in
            let text = "\r\nGET http://localhost/metrics?x=1 HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n"
            let pieces = try await server.client { socket in
                for byte in text.utf8 { try socket.send([byte]) }
                return try socket.receiveAll()
            }
            #expect(try RawAnswer(pieces).body == "up 1\n")
            let bare = try await server.client { socket in
                try socket.send(Array("GET /metrics HTTP/1.1\nHost: localhost\n\n".utf8))
                return try socket.receiveAll()
            }
            #expect(try RawAnswer(bare).body == "up 1\n")
        }
    }

    @Test(
        "what is not HTTP is 400",
        arguments: [
            "nonsense\n\n", "GET /metrics\n\n", "GET  /metrics HTTP/1.1\nHost: x\n\n",
            "GET metrics HTTP/1.1\nHost: x\n\n",
            "GET /metrics HTTP/1.1\n\n", "GET /metrics HTTP/1.1\nHost: x\nHost: y\n\n",
            "GET /metrics HTTP/1.1\nHost : x\n\n", "GET /metrics HTTP/1.1\nHost: x\n folded\n\n",
            "GET /metrics HTTP/1.1\nHost: x\nA: \u{1}\n\n", "GET /metrics ICY/1.1\nHost: x\n\n",
            "GET /é HTTP/1.1\nHost: x\n\n", "\u{16}\u{3}\u{1}",
        ]
    )
    func badRequests(_ text: String) async throws {
        try await RunningStatusServer.with { server in
            let answer = try await server.ask(text)
            #expect(answer.status == "HTTP/1.1 400 Bad Request")
        }
    }

    @Test("another major version is 505", arguments: ["PRI * HTTP/2.0\n\nSM\n\n", "GET /metrics HTTP/3.0\n\n"])
    func versions(_ text: String) async throws {
        try await RunningStatusServer.with { server in
            let answer = try await server.ask(text)
            #expect(answer.status == "HTTP/1.1 505 HTTP Version Not Supported")
        }
    }

    @Test("a head of 8 KiB is read, one byte more is 431 however much follows")
    func oversize() async throws {
        try await RunningStatusServer.with { server in
            let frame = "GET /metrics HTTP/1.1\r\nHost: x\r\nX: \r\n\r\n"
            let filling = 8_192 - frame.utf8.count
            for (count, status) in [(filling, "200 OK"), (filling + 1, "431 Request Header Fields Too Large")] {
                let value = String(repeating: "a", count: count)
                let answer = try await server.ask("GET /metrics HTTP/1.1\nHost: x\nX: \(value)\n\n")
                #expect(answer.status == "HTTP/1.1 \(status)")
            }
            // The answer arrives although the server did not want most of this.
            let value = String(repeating: "a", count: 50_000)
            let answer = try await server.ask("GET /metrics HTTP/1.1\nHost: x\nX: \(value)")
            #expect(answer.status == "HTTP/1.1 431 Request Header Fields Too Large")
        }
    }
}
