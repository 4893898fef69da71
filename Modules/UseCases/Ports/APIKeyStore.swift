public import Domain

/// The stored state of a key at one instant.
public struct APIKeyReading: Hashable, Sendable {
    public let key: APIKey
    /// The key's own stored hash.
    public let hash: APIKeyHash
    /// When the key was read, by the database's clock, so that a key expires at the same instant on every server.
    public let readAt: Instant

    public init(key: APIKey, hash: APIKeyHash, readAt: Instant) {
        self.key = key
        self.hash = hash
        self.readAt = readAt
    }
}

/// The API keys.
public protocol APIKeyStore: Sendable {
    /// The key with this hash, even if it has expired or was revoked; nil if no key has it.
    /// - Throws: `.unavailable` or `.internalFault`.
    func find(_ hash: APIKeyHash) async throws(ServiceFailure) -> APIKeyReading?
}
