package import HTTPTypes
package import UseCases

/// Lets each caller make so many requests: `RATE_LIMIT_PER_SECOND`, `RATE_LIMIT_BURST`.
///
/// It counts whoever the other authenticator knows, under the caller's name: who is not known costs it nothing.
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
        // Whole seconds, rounded up: that is all that Retry-After can say.
        let (seconds, attoseconds) = wait.components
        throw .rateLimited(retryAfterSeconds: Int(seconds) + (attoseconds > 0 ? 1 : 0))
    }
}
