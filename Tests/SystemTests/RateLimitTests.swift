import NIOHTTP1
import TestSupport
import Testing

extension SystemTests {
    /// The request rate of a caller over all servers.
    @Suite struct RateLimitTests {
        /// One request per second, and a burst that cannot refill completely during a test.
        private static let settings = [
            "AUTH_MODE": "keys", "RATE_LIMIT_PER_SECOND": "1", "RATE_LIMIT_BURST": "60",
        ]

        /// How many of `count` requests, sent to the servers in turn, are answered; the others must be refused.
        private static func granted(_ count: Int, _ clients: [StockClient]) async throws -> Int {
            var granted = 0
            for number in 0..<count {
                let answer = try await clients[number % clients.count].get("/inventory?limit=1")
                if answer.status == 200 {
                    granted += 1
                } else {
                    #expect(answer.status == 429 && answer.code == "rate_limited", "\(answer)")
                    #expect(answer.header("Retry-After").flatMap(Int.init).map { $0 >= 1 } == true)
                }
            }
            return granted
        }

        /// How many requests the servers counted without Redis.
        private static func countedAlone(_ clients: [StockClient]) async throws -> Int {
            var count = 0
            for client in clients {
                let metrics = try await client.send(.GET, "/metrics").bytes
                for line in String(decoding: metrics, as: UTF8.self).split(separator: "\n")
                where line.hasPrefix("inventory_rate_limit_alone_total ") {
                    count += line.split(separator: " ").last.flatMap { Int($0) } ?? 0
                }
            }
            return count
        }

        @Test(.timeLimit(.minutes(2)))
        func `Two servers share one budget per caller, and count separately while Redis is down`() async throws {
            try await Stage.with(settings: Self.settings) { stage in
                var clients = await stage.clients
                var attempts = 0
                while true {
                    attempts += 1
                    // Each attempt uses a new caller with a full budget.
                    let shop = try await stage.createKey("shop \(attempts)", ["read"])
                    clients = clients.map { $0.with(key: shop) }
                    let before = try await Self.countedAlone(clients)
                    let start = ContinuousClock.now
                    let together = try await Self.granted(200, clients)
                    let given = Int((ContinuousClock.now - start) / .seconds(1)) + 1
                    // On a busy machine Redis may exceed its time limit; that is not the subject of this test.
                    if try await Self.countedAlone(clients) > before, attempts < 10 { continue }
                    // Two separate budgets would allow 120.
                    #expect((60...60 + given).contains(together), "\(together) in \(given) s")
                    #expect(try await clients[0].health().status == 200, "requests without a caller are not counted")
                    break
                }
                await stage.redis.crash()
                let begin = ContinuousClock.now
                let alone = try await Self.granted(200, clients)
                let back = Int((ContinuousClock.now - begin) / .seconds(1)) + 1
                // Each server has its own budget, which is full.
                #expect((120...120 + 2 * back).contains(alone), "\(alone) in \(back) s")
                #expect(try await Self.countedAlone(clients) >= 200)
            }
        }
    }
}
