import HTTPTypes
import Synchronization
import Testing
import UseCases

@testable import HTTP

@Suite("Rate limits")
struct RateLimitTests {
    private static let second: Int64 = 1_000_000_000

    @Test("a rested caller may burst, then goes at its rate, and rests again")
    func burst() {
        var limit = RateLimit(perSecond: 10, burst: 5)
        #expect((0..<5).allSatisfy { _ in limit.take("a", now: 0) == nil })
        #expect(limit.take("a", now: 0) == Self.second / 10, "one is given back after a tenth of a second")
        #expect(limit.take("b", now: 0) == nil, "callers do not share")
        #expect(limit.take("a", now: Self.second / 10) == nil)
        #expect(limit.take("a", now: Self.second / 10) == Self.second / 10)
        let later = 10 * Self.second
        #expect((0..<5).allSatisfy { _ in limit.take("a", now: later) == nil }, "no more than a burst is saved up")
        #expect(limit.take("a", now: later) != nil)
    }

    @Test("in the long run a caller gets exactly its rate, however it asks")
    func longRun() {
        var limit = RateLimit(perSecond: 7, burst: 14)
        var random = SplitMix(seed: 7)
        var now: Int64 = 0
        var granted = 0
        while now < 1_000 * Self.second {
            if limit.take("a", now: now) == nil { granted += 1 }
            now += Int64(random.next() % 50_000_000)
        }
        #expect((7_000...7_015).contains(granted), "\(granted)")
    }

    @Test("what is refused is 429 and says when to come again; an unknown caller is 401 all the same")
    func answers() async throws {
        let clock = Mutex<Int64>(0)
        let limited = RateLimitedAuthenticator(OpenAuthenticator(), perSecond: 1, burst: 2) { clock.withLock { $0 } }
        try await withAPI(authenticator: limited) { api in
            // Routes that are open are not counted, a path that is none neither.
            for _ in 0..<5 { _ = try await api.get("/health/live") }
            for _ in 0..<2 {
                let answer = try await api.get("/inventory/x")
                #expect(answer.status == 422)
            }
            let refused = try await api.get("/inventory/x")
            #expect(refused.status == 429 && refused.code == "rate_limited")
            #expect(refused.headers[.retryAfter] == "1")
            clock.withLock { $0 = Self.second }
            let again = try await api.get("/inventory/x")
            #expect(again.status == 422)
        }
        struct Stranger: Authenticator {
            var credentials: AcceptedCredentials { .keys }

            func authenticate(_: HTTPFields) async throws(AuthenticationFailure) -> Principal {
                throw .unauthorized(reason: "no key")
            }
        }
        let strangers = RateLimitedAuthenticator(Stranger(), perSecond: 1, burst: 1) { 0 }
        for _ in 0..<3 {
            await #expect(throws: AuthenticationFailure.unauthorized(reason: "no key")) {
                try await strangers.authenticate([:])
            }
        }
    }
}
