public import Domain

/// An API key as it is stored: everything but its text, which is stored nowhere.
public struct APIKey: Hashable, Sendable {
    /// Whether a key can be used.
    public enum State: String, Hashable, Sendable, CaseIterable {
        case active
        case expired
        case revoked
    }

    public let name: APIKeyName
    public let scopes: Set<Scope>
    public let createdAt: Instant
    /// Nil for a key that is valid until it is revoked.
    public let expiresAt: Instant?
    public let revokedAt: Instant?

    public init(
        name: APIKeyName, scopes: Set<Scope>, createdAt: Instant, expiresAt: Instant? = nil, revokedAt: Instant? = nil
    ) {
        self.name = name
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }

    /// A revoked key counts as revoked even after it has expired. At `expiresAt` itself a key has expired.
    public func state(at instant: Instant) -> State {
        if revokedAt != nil { return .revoked }
        guard let expiresAt, instant >= expiresAt else { return .active }
        return .expired
    }
}
