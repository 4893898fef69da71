import RedisTesting
import Testing

@testable import RateLimits

@Suite struct BucketsTests {
    private static let second: Int64 = 1_000_000_000

    @Test func `A full bucket allows a burst, then requests at the rate, and fills again`() {
        var buckets = Buckets(RequestRate(perSecond: 10, burst: 5))
        #expect((0..<5).allSatisfy { _ in buckets.take("a", now: 0) == nil })
        #expect(buckets.take("a", now: 0) == Self.second / 10, "one token comes back after a tenth of a second")
        #expect(buckets.take("b", now: 0) == nil, "callers do not share")
        #expect(buckets.take("a", now: Self.second / 10) == nil)
        #expect(buckets.take("a", now: Self.second / 10) == Self.second / 10)
        let later = 10 * Self.second
        #expect((0..<5).allSatisfy { _ in buckets.take("a", now: later) == nil }, "no more than a burst is saved up")
        #expect(buckets.take("a", now: later) != nil)
    }

    @Test func `In the long run a caller gets exactly its rate`() {
        let seed = SeededGenerator.testSeed()
        var buckets = Buckets(RequestRate(perSecond: 7, burst: 14))
        var random = SeededGenerator(seed: seed)
        var now: Int64 = 0
        var granted = 0
        while now < 1_000 * Self.second {
            if buckets.take("a", now: now) == nil { granted += 1 }
            now += .random(in: 0..<50_000_000, using: &random)
        }
        #expect((7_000...7_015).contains(granted), "seed \(seed): \(granted)")
    }

    @Test(arguments: [(1, 1), (1, 10_000_000), (1_000_000, 1), (1_000_000, 10_000_000), (3, 7)])
    func `The extreme settings count correctly`(_ perSecond: Int, _ burst: Int) {
        let rate = RequestRate(perSecond: perSecond, burst: burst)
        var buckets = Buckets(rate)
        var granted = 0
        while granted < min(burst, 1_000), buckets.take("a", now: 0) == nil { granted += 1 }
        #expect(granted == min(burst, 1_000))
        #expect((buckets.take("a", now: 0) == nil) == (burst > 1_000))
        #expect(buckets.take("a", now: rate.interval) == nil)
    }
}
