public import HTTPTypes
import Synchronization
import UseCases

/// Lets each caller make so many requests of this server: `RATE_LIMIT_PER_SECOND`, `RATE_LIMIT_BURST`.
///
/// It counts whoever the other authenticator knows, under the caller's name: who is not known costs it nothing.
public final class RateLimitedAuthenticator: Authenticator {
    private let authenticator: any Authenticator
    private let limit: Mutex<RateLimit>
    private let now: @Sendable () -> Int64

    public var credentials: AcceptedCredentials { authenticator.credentials }

    /// - Parameters:
    ///   - perSecond: requests a second of one caller in the long run.
    ///   - burst: requests at once of one that has rested.
    public convenience init(_ authenticator: any Authenticator, perSecond: Int, burst: Int) {
        let start = ContinuousClock.now
        self.init(authenticator, perSecond: perSecond, burst: burst) { (ContinuousClock.now - start).nanoseconds }
    }

    init(
        _ authenticator: any Authenticator,
        perSecond: Int,
        burst: Int,
        now: @escaping @Sendable () -> Int64
    ) {
        self.authenticator = authenticator
        limit = Mutex(RateLimit(perSecond: perSecond, burst: burst))
        self.now = now
    }

    public func authenticate(_ headers: HTTPFields) async throws(AuthenticationFailure) -> Principal {
        let principal = try await authenticator.authenticate(headers)
        let now = now()
        guard let wait = limit.withLock({ $0.take(principal.name, now: now) }) else { return principal }
        // Whole seconds, rounded up: that is all that Retry-After can say.
        throw .rateLimited(retryAfterSeconds: Int((wait + 999_999_999) / 1_000_000_000))
    }
}
