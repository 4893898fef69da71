/// Dashboard sessions: browsers that have signed in with an API key.
///
/// `find` returns a session's key under the session's hash: expired if the key or the session has expired, revoked if
/// the key is.
public protocol DashboardSessionStore: APIKeyStore {
    /// Begins a session. It ends after `DashboardSessionLimits.life`, or when the key expires or is revoked.
    /// - Parameters:
    ///   - session: the hash of the new session's token.
    ///   - key: the key's name.
    /// - Returns: false if the key is no longer valid.
    /// - Throws: `.unavailable` or `.internalFault`.
    func begin(_ session: APIKeyHash, key: APIKeyName) async throws(ServiceFailure) -> Bool

    /// Ends a session. Does nothing if it has ended already.
    /// - Throws: `.unavailable` or `.internalFault`.
    func end(_ session: APIKeyHash) async throws(ServiceFailure)
}

/// How long sessions last, and how many a key may have.
public enum DashboardSessionLimits {
    /// A working day.
    public static let life = Duration.seconds(12 * 3_600)
    /// Sessions of one key, which a team may share. One more ends the oldest. Sessions that begin at the same moment
    /// may exceed the limit until the next one begins.
    public static let perKey = 50
}
