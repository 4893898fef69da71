import Synchronization
public import UseCases

/// Who is signed in to the dashboard, over all servers.
public final class DashboardSessions: Sendable {
    /// What became of a try to sign in.
    public enum SignIn: Sendable {
        case signedIn(SessionToken)
        /// In words for the person.
        case refused(String)
        case tooManyTries
    }

    /// Tries that may be refused in a row, and how long one of them counts. Keys cannot be guessed; this keeps a flood of
    /// guesses from becoming a flood of queries.
    private static let triesAtOnce = 30
    private static let secondsPerTry: Int64 = 1

    private let store: any DashboardSessionStore
    private let keys: KeyRing
    private let sessions: KeyRing
    private let now: @Sendable () -> ContinuousClock.Instant
    /// When the refused tries will be forgotten.
    private let restedAt: Mutex<ContinuousClock.Instant>

    /// - Parameters:
    ///   - keys: the same that the API's callers are known by.
    ///   - now: the time that ages are measured with.
    public init(
        store: any DashboardSessionStore, keys: KeyRing,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.store = store
        self.keys = keys
        self.now = now
        sessions = KeyRing(store: store, now: now)
        restedAt = Mutex(now())
    }

    /// Begins a session for whoever has a key that may read.
    /// - Throws: `.unavailable` and `.internalFault` when the store cannot say, `.systemBusy`.
    public func signIn(_ text: String) async throws(ServiceFailure) -> SignIn {
        guard mayTry() else { return .tooManyTries }
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

    /// What a session's key is worth at this moment: at most five seconds behind what an operator has done to it.
    /// - Throws: as `signIn`.
    public func find(_ token: SessionToken) async throws(ServiceFailure) -> KeyLookupResult {
        try await sessions.find(token.hash)
    }

    /// Ends a session: here at once, on other servers within three seconds.
    /// - Throws: `.unavailable` and `.internalFault`; the session goes on then.
    public func signOut(_ token: SessionToken) async throws(ServiceFailure) {
        try await store.end(token.hash)
        sessions.forget(token.hash)
    }

    private func mayTry() -> Bool {
        let moment = now()
        return restedAt.withLock { $0 - moment < .seconds(Int64(Self.triesAtOnce) * Self.secondsPerTry) }
    }

    private func refuse(_ words: String) -> SignIn {
        let moment = now()
        restedAt.withLock { $0 = max($0, moment) + .seconds(Self.secondsPerTry) }
        return .refused(words)
    }
}
