public import Domain

/// What the store knows of a key at one moment.
public struct APIKeyReading: Hashable, Sendable {
    public let key: APIKey
    /// The key's own, as it is stored.
    public let hash: APIKeyHash
    /// The moment, by the database's clock: the same one decides on every server when a key expires.
    public let readAt: Instant

    public init(key: APIKey, hash: APIKeyHash, readAt: Instant) {
        self.key = key
        self.hash = hash
        self.readAt = readAt
    }
}

/// The keys of those who call the API.
public protocol APIKeyStore: Sendable {
    /// The key of a hash, also one that has expired or was revoked; nil when there is none.
    /// Throws `.unavailable` or `.internalFault`.
    func find(_ hash: APIKeyHash) async throws(ServiceFailure) -> APIKeyReading?
}
