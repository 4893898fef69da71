/// Browsers that have signed in with an API key.
///
/// `find` gives the key of a session, under the session's hash: expired when either has expired, revoked when the key is.
public protocol DashboardSessionStore: APIKeyStore {
    /// Begins a session of a key, which ends after `DashboardSessionLimits.life`, or with the key.
    /// - Parameters:
    ///   - session: the hash of the new session's token.
    ///   - key: the key's name.
    /// - Returns: false when the key opens nothing any more.
    /// - Throws: `.unavailable` or `.internalFault`.
    func begin(_ session: APIKeyHash, key: APIKeyName) async throws(ServiceFailure) -> Bool

    /// Ends a session; one that is not there has ended already.
    /// - Throws: `.unavailable` or `.internalFault`.
    func end(_ session: APIKeyHash) async throws(ServiceFailure)
}

/// How long sessions last, and how many there may be.
public enum DashboardSessionLimits {
    /// A working day.
    public static let life = Duration.seconds(12 * 3_600)
    /// Of one key: a team may share one. With one more the oldest ends; of several that begin at one moment each may be
    /// one too many, until the next.
    public static let perKey = 50
}
