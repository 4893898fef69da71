import Basics
package import HTTPTypes
package import UseCases

/// Limits the request rate of each caller: `RATE_LIMIT_PER_SECOND`, `RATE_LIMIT_BURST`.
///
/// It counts requests by the caller's name after the wrapped authenticator has accepted them; rejected callers are not
/// counted.
package struct RateLimitedAuthenticator: Authenticator {
    private let authenticator: any Authenticator
    private let limiter: any RateLimiter

    package var credentials: AcceptedCredentials { authenticator.credentials }

    package init(_ authenticator: any Authenticator, limiter: any RateLimiter) {
        self.authenticator = authenticator
        self.limiter = limiter
    }

    package func authenticate(_ headers: HTTPFields) async throws(AuthenticationFailure) -> Principal {
        let principal = try await authenticator.authenticate(headers)
        guard let wait = await limiter.take(principal.name) else { return principal }
        // Rounded up, because Retry-After has whole seconds.
        throw .rateLimited(retryAfterSeconds: wait.wholeSecondsRoundedUp)
    }
}
