import NIOHTTP1
import TestSupport
import Testing

extension SystemTests {
    /// What is open to everybody on this machine, and to a `read` key elsewhere.
    @Suite struct OpenPageTests {
        @Test(.timeLimit(.minutes(1)))
        func `Metrics and description are open on loopback, but not to what a proxy passes on`() async throws {
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
    }
}
