import NIOHTTP1
import TestSupport
import Testing

extension SystemTests {
    /// Pages that are open on this machine and need a `read` key from elsewhere.
    @Suite struct OpenPageTests {
        @Test(.timeLimit(.minutes(1)))
        func `Metrics and API description are open on loopback, but not to proxied requests`() async throws {
            try await Stage.with(servers: 1, settings: ["AUTH_MODE": "keys"]) { stage in
                let client = try #require(await stage.clients.first)
                for path in ["/metrics", "/openapi.json", "/docs"] {
                    let local = try await client.send(.GET, path)
                    #expect(local.status == 200, "\(path)")
                    for header in ["X-Forwarded-For", "forwarded", "Via"] {
                        let passedOn = try await client.send(.GET, path, headers: [header: "192.0.2.1"])
                        #expect(passedOn.status == 401, "\(path) \(header)")
                    }
                }
                let text = String(decoding: try await client.send(.GET, "/metrics").bytes, as: UTF8.self)
                #expect(text.contains("http_request_duration_seconds_bucket") && text.contains("process_open_fds"))
                #expect(text.contains("route=\"/metrics\""))
                let stock = try await client.get("/inventory")
                #expect(stock.status == 401, "only these are open")
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `A key over its rate limit is told when to retry, and another key is not affected`() async throws {
            let settings = ["AUTH_MODE": "keys", "RATE_LIMIT_PER_SECOND": "1", "RATE_LIMIT_BURST": "3"]
            try await Stage.with(servers: 1, settings: settings) { stage in
                let bare = try #require(await stage.clients.first)
                let greedy = bare.with(key: try await stage.createKey("greedy", ["read"]))
                let other = bare.with(key: try await stage.createKey("other", ["read"]))
                var refused: Answer?
                for _ in 0..<10 where refused == nil {
                    let answer = try await greedy.get("/inventory")
                    if answer.status != 200 { refused = answer }
                }
                #expect(refused?.status == 429 && refused?.code == "rate_limited")
                #expect(refused?.header("Retry-After") == "1")
                #expect(try await other.get("/inventory").status == 200)
                try await eventually("the key is accepted again") { try await greedy.get("/inventory").status == 200 }
            }
        }
    }
}
