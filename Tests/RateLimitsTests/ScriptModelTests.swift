import RedisClient
import RedisTesting
import Testing

@testable import RateLimits

/// Compares the script with `Buckets`, on the test's own clock.
@Suite struct ScriptModelTests {
    private static let script = RedisScript(RateLimitScript.source(time: "{ARGV[3], ARGV[4]}"))

    private struct Fixture {
        let process: RedisProcess
        let rate: RequestRate

        /// - Parameter now: microseconds since 1970.
        func take(_ caller: String, now: Int64) async throws -> Int64? {
            var call = ScriptModelTests.script.call(keyCount: 1, argumentCount: 4)
            call.append(RateLimitScript.key(caller, rate))
            for number in [rate.interval, rate.slack, now / 1_000_000, now % 1_000_000] { call.append(Int(number)) }
            let reply = try await process.client.run(ScriptModelTests.script, call, timeout: .seconds(20))
            let wait = try #require(reply.integer)
            return wait == 0 ? nil : wait
        }
    }

    // An hour or more for each request, so that no key expires during the test, which uses another clock than Redis.
    @Test(arguments: [
        (3_600_000_000_000, 1), (3_600_000_000_001, 3), (7_777_777_777_777, 10), (86_400_000_000_000, 100),
    ])
    func `The script decides like the model, to the nanosecond`(_ interval: Int64, _ burst: Int) async throws {
        let seed = SeededGenerator.testSeed()
        var random = SeededGenerator(seed: seed)
        let rate = RequestRate(interval: interval, burst: burst)
        try await withRedis(try RedisServer()) { process in
            let fixture = Fixture(process: process, rate: rate)
            var model = Buckets(rate)
            var now: Int64 = 1_700_000_000_999_999
            var waits = 0
            for step in 0..<(1_000 + 20 * burst) {
                let caller = "caller \(Int.random(in: 0..<3, using: &random))"
                let expected = model.take(caller, now: now * 1_000)
                let found = try await fixture.take(caller, now: now)
                #expect(found == expected, "seed \(seed), step \(step)")
                if found != nil { waits += 1 }
                // A long rest seldom enough for a bucket to become empty in between.
                if Int.random(in: 0..<(16 * burst), using: &random) == 0 {
                    now += .random(in: 0...(rate.slack / 1_000), using: &random)
                }
                switch Int.random(in: 0..<8, using: &random) {
                // The first allowed moment, or the microsecond before.
                case 1: now += (found ?? 0) / 1_000 + .random(in: 0...1, using: &random)
                case 2: now += .random(in: 0...3, using: &random)
                case 3: now += .random(in: 0...(interval / 1_000), using: &random)
                default: break
                }
            }
            #expect(waits > 50, "seed \(seed)")
        }
    }

    @Test func `A clock that was set back costs a caller nothing`() async throws {
        let rate = RequestRate(interval: 3_600_000_000_000, burst: 2)
        try await withRedis(try RedisServer()) { process in
            let fixture = Fixture(process: process, rate: rate)
            let now: Int64 = 1_700_000_000_000_000
            for expected in [nil, nil, rate.interval] as [Int64?] {
                let found = try await fixture.take("a", now: now)
                #expect(found == expected)
            }
            // Set back by a day.
            let before = now - 86_400_000_000
            for expected in [nil, nil, rate.interval] as [Int64?] {
                let found = try await fixture.take("a", now: before)
                #expect(found == expected)
            }
        }
    }

    @Test func `The extreme settings fit into Lua's numbers`() async throws {
        try await withRedis(try RedisServer()) { process in
            for (perSecond, burst) in [(1, 10_000_000), (1, 1_000_000), (1_000_000, 10_000_000), (3, 100_000)] {
                let rate = RequestRate(perSecond: perSecond, burst: burst)
                let fixture = Fixture(process: process, rate: rate)
                let now: Int64 = 4_000_000_000_999_999
                // One request is left in the bucket.
                let nanoseconds = 999_999_000 + rate.slack - rate.interval
                let kept = "\(4_000_000_000 + nanoseconds / 1_000_000_000):\(nanoseconds % 1_000_000_000)"
                let key = RateLimitScript.key("a", rate)
                _ = try await process.client.send(["SET", .text(key), .text(kept)], timeout: .seconds(20))
                for expected in [nil, rate.interval, rate.interval] as [Int64?] {
                    let found = try await fixture.take("a", now: now)
                    #expect(found == expected, "\(rate)")
                }
            }
        }
    }
}
