public import Domain

/// A key as the store knows it: everything but its text, which nobody keeps.
public struct APIKey: Hashable, Sendable {
    /// Whether a key opens anything.
    public enum State: String, Hashable, Sendable, CaseIterable {
        case active
        case expired
        case revoked
    }

    public let name: APIKeyName
    public let scopes: Set<Scope>
    public let createdAt: Instant
    /// Nil for one that holds until it is revoked.
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

    /// Revoked goes before expired, and a key has expired at `expiresAt` itself.
    public func state(at instant: Instant) -> State {
        if revokedAt != nil { return .revoked }
        guard let expiresAt, instant >= expiresAt else { return .active }
        return .expired
    }
}
