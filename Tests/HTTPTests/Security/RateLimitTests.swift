import HTTPTypes
import Synchronization
import Testing
import UseCases

@testable import HTTPCore

/// Returns what the test sets, and records the callers.
final class FakeLimiter: RateLimiter {
    let wait = Mutex<Duration?>(nil)
    let callers = Mutex<[String]>([])

    func take(_ caller: String) async -> Duration? {
        callers.withLock { $0.append(caller) }
        return wait.withLock { $0 }
    }
}

@Suite("Rate limits")
struct RateLimitTests {
    @Test("a refused request is 429 with Retry-After in whole seconds")
    func answers() async throws {
        let limiter = FakeLimiter()
        try await withAPI(authenticator: RateLimitedAuthenticator(OpenAuthenticator(), limiter: limiter)) { api in
            // Open routes and unknown paths are not counted.
            for path in ["/health/live", "/nope"] { _ = try await api.get(path) }
            #expect(limiter.callers.withLock { $0 } == [])
            let answer = try await api.get("/inventory/x")
            #expect(answer.status == 422)
            #expect(limiter.callers.withLock { $0 } == ["anonymous"])
            for (wait, seconds) in [
                (Duration.nanoseconds(1), "1"), (.seconds(1), "1"), (.milliseconds(1_001), "2"), (.seconds(60), "60"),
            ] {
                limiter.wait.withLock { $0 = wait }
                // Refused before the body is read.
                let refused = try await api.post("/products", "no JSON")
                #expect(refused.status == 429 && refused.code == "rate_limited")
                #expect(refused.headers[.retryAfter] == seconds)
            }
        }
    }

    @Test("an unknown caller is still 401, and is not counted")
    func unknownCallers() async throws {
        struct RejectingAuthenticator: Authenticator {
            var credentials: AcceptedCredentials { .keys }

            func authenticate(_: HTTPFields) async throws(AuthenticationFailure) -> Principal {
                throw .unauthorized(reason: "no key")
            }
        }
        let limiter = FakeLimiter()
        limiter.wait.withLock { $0 = .seconds(1) }
        let authenticator = RateLimitedAuthenticator(RejectingAuthenticator(), limiter: limiter)
        await #expect(throws: AuthenticationFailure.unauthorized(reason: "no key")) {
            try await authenticator.authenticate([:])
        }
        #expect(limiter.callers.withLock { $0.isEmpty })
    }
}
