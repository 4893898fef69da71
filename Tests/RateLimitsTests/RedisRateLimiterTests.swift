import RedisClient
import RedisTesting
import Testing
import UseCases

@testable import RateLimits

@Suite struct RedisRateLimiterTests {
    /// A rate whose buckets do not refill during a test.
    private let rate = RequestRate(interval: 3_600_000_000_000, burst: 5)
    private let patience = Duration.seconds(20)

    /// Runs the body with a connected limiter.
    /// - Parameter limit: long unless the test is about it.
    private func withLimiter(
        on server: RedisServer, _ rate: RequestRate? = nil, limit: Duration = .seconds(20),
        _ body: (RedisProcess, RedisRateLimiter) async throws -> Void
    ) async throws {
        try await withRedis(
            server, prepare: { RedisRateLimiter(client: $0.client, rate: rate ?? self.rate, limit: limit) },
            { process, limiter in try await body(process, limiter) })
    }

    private func granted(_ count: Int, _ caller: String, _ limiter: some RateLimiter) async -> Int {
        var granted = 0
        for _ in 0..<count where await limiter.take(caller) == nil { granted += 1 }
        return granted
    }

    @Test func `Processes share a caller's bucket, whatever its name contains`() async throws {
        let server = try RedisServer()
        try await withLimiter(on: server) { process, one in
            try await withLimiter(on: server) { _, other in
                for caller in ["shop", "jwt:a", "Größe 🛒 \"':*{}", String(repeating: "x", count: 500)] {
                    #expect(await granted(2, caller, one) == 2)
                    #expect(await granted(2, caller, other) == 2)
                    #expect(await granted(3, caller, one) == 1)
                    #expect(await granted(3, caller, other) == 0)
                }
                let wait = try #require(await other.take("shop"))
                #expect(wait > .seconds(3_000) && wait <= .seconds(3_600))
            }
            // Every key in Redis expires.
            let names = try await process.client.send(["KEYS", "*"], timeout: patience).array ?? []
            #expect(names.count == 4)
            for name in names.compactMap(\.bytes) {
                let life = try await process.client.send(["PTTL", .bytes(name)], timeout: patience).integer ?? -1
                #expect((17_000_000...18_000_000).contains(life), "five hours at most: \(life)")
            }
        }
    }

    @Test func `Servers with other settings have other buckets`() async throws {
        let server = try RedisServer()
        try await withLimiter(on: server) { _, one in
            try await withLimiter(on: server, RequestRate(interval: rate.interval, burst: 2)) { _, other in
                #expect(await granted(9, "shop", other) == 2)
                #expect(await granted(9, "shop", one) == 5)
            }
        }
    }

    @Test func `A bucket refills by the clock of Redis`() async throws {
        try await withLimiter(on: try RedisServer(), RequestRate(perSecond: 50, burst: 1)) { _, limiter in
            #expect(await granted(1, "shop", limiter) == 1)
            try await eventually("a token comes back") { await limiter.take("shop") == nil }
        }
    }

    @Test func `After SCRIPT FLUSH the script is sent again, and the buckets stay`() async throws {
        try await withLimiter(on: try RedisServer()) { process, limiter in
            #expect(await granted(3, "shop", limiter) == 3)
            for left in [1, 1, 0] {
                _ = try await process.client.send(["SCRIPT", "FLUSH"], timeout: patience)
                #expect(await granted(1, "shop", limiter) == left)
            }
        }
    }

    @Test func `A malformed bucket counts as full, and a key of a wrong type makes the process count alone`()
        async throws
    {
        try await withLimiter(on: try RedisServer()) { process, limiter in
            let key = RateLimitScript.key("shop", rate)
            for value in ["", "x", "1:", ":1", "1:2:3", "-1:5", "1e9:0", String(repeating: "9", count: 400)] {
                _ = try await process.client.send(["SET", .text(key), .text(value)], timeout: patience)
                #expect(await granted(9, "shop", limiter) == 5, "\(value)")
            }
            _ = try await process.client.send(["DEL", .text(key)], timeout: patience)
            _ = try await process.client.send(["LPUSH", .text(key), "x"], timeout: patience)
            #expect(await granted(9, "shop", limiter) == 5)
        }
    }

    @Test func `During an outage the process counts alone, and shares buckets again afterwards`() async throws {
        let server = try RedisServer()
        try await withLimiter(on: server) { process, limiter in
            #expect(await granted(9, "shop", limiter) == 5)
            server.kill()
            try await eventually("noticed") { !process.client.isConnected }
            #expect(await granted(9, "shop", limiter) == 5)
            try server.start()
            try await eventually("connected") { process.client.isConnected }
            // The new Redis is empty.
            #expect(await granted(9, "shop", limiter) == 5)
        }
    }

    @Test func `A frozen Redis delays the first requests only`() async throws {
        let server = try RedisServer()
        try await withLimiter(on: server, limit: RedisRateLimiter.answerLimit) { process, limiter in
            server.freeze()
            let start = ContinuousClock.now
            #expect(await granted(500, "shop", limiter) == 5)
            let waited = ContinuousClock.now - start
            // With a margin for a busy machine; if each request waited, it would be ten seconds.
            #expect(waited >= RedisRateLimiter.answerLimit && waited < .seconds(5), "\(waited)")
            server.thaw()
            try await eventually("Redis counts again") {
                _ = await limiter.take("other")
                return try await process.client.send(
                    ["EXISTS", .text(RateLimitScript.key("other", rate))], timeout: patience) == .integer(1)
            }
        }
    }
}
