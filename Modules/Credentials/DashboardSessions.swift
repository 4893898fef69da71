import Synchronization
public import UseCases

/// The sessions of the dashboard, shared by all servers.
public final class DashboardSessions: Sendable {
    /// The result of an attempt to sign in.
    public enum SignIn: Sendable {
        case signedIn(SessionToken)
        /// The reason, as a sentence for the user.
        case refused(String)
        case tooManyAttempts
    }

    /// The attempts that may be refused in a row, and how long each counts. Keys cannot be guessed; the limit keeps a flood
    /// of guesses from becoming a flood of queries.
    private static let maximumRefusals = 30
    private static let secondsPerRefusal: Int64 = 1

    private let store: any DashboardSessionStore
    private let keys: KeyRing
    private let sessions: KeyRing
    private let now: @Sendable () -> ContinuousClock.Instant
    /// When the last refused attempt no longer counts.
    private let refusalsExpireAt: Mutex<ContinuousClock.Instant>

    /// - Parameters:
    ///   - keys: the key ring of the API.
    ///   - now: the clock for ages.
    public init(
        store: any DashboardSessionStore, keys: KeyRing,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.store = store
        self.keys = keys
        self.now = now
        sessions = KeyRing(store: store, now: now)
        refusalsExpireAt = Mutex(now())
    }

    /// Starts a session for a caller with a key that may read.
    /// - Throws: `.unavailable` and `.internalFault` when the store does not answer, `.systemBusy`.
    public func signIn(_ text: String) async throws(ServiceFailure) -> SignIn {
        guard mayAttempt() else { return .tooManyAttempts }
        guard let secret = APIKeySecret(text) else {
            return refuse("This is not an API key: a key begins with inv_ and has 68 characters.")
        }
        switch try await keys.find(secret.hash) {
        case .unknown: return refuse("There is no such key.")
        case .expired: return refuse("This key has expired.")
        case .revoked: return refuse("This key was revoked.")
        case .active(let key):
            guard !key.scopes.isDisjoint(with: [.read, .admin]) else {
                return refuse("This key may not read: it needs the scope read.")
            }
            var random = SystemRandomNumberGenerator()
            let token = SessionToken(using: &random)
            guard try await store.begin(token.hash, key: key.name) else { return refuse("This key was revoked.") }
            return .signedIn(token)
        }
    }

    /// Looks up a session and the state of its key, at most five seconds behind changes by an operator.
    /// - Throws: the errors of `signIn`.
    public func find(_ token: SessionToken) async throws(ServiceFailure) -> KeyLookupResult {
        try await sessions.find(token.hash)
    }

    /// Ends a session: on this server at once, on others within three seconds.
    /// - Throws: `.unavailable` and `.internalFault`; then the session continues.
    public func signOut(_ token: SessionToken) async throws(ServiceFailure) {
        try await store.end(token.hash)
        sessions.forget(token.hash)
    }

    private func mayAttempt() -> Bool {
        let moment = now()
        return refusalsExpireAt.withLock {
            $0 - moment < .seconds(Int64(Self.maximumRefusals) * Self.secondsPerRefusal)
        }
    }

    private func refuse(_ reason: String) -> SignIn {
        let moment = now()
        refusalsExpireAt.withLock { $0 = max($0, moment) + .seconds(Self.secondsPerRefusal) }
        return .refused(reason)
    }
}
