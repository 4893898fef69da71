/// Finds out whom a bearer token speaks for, without asking anybody.
public protocol TokenVerifier: Sendable {
    /// - Parameter token: as the caller sent it; may be anything.
    func verify(_ token: String) throws(TokenRefusal) -> TokenCaller
}

/// Whom a token speaks for, and what he may do.
public struct TokenCaller: Hashable, Sendable {
    public let actor: TokenActor
    /// Those that the token names and this version knows; may be none.
    public let scopes: Set<Scope>

    public init(actor: TokenActor, scopes: Set<Scope>) {
        self.actor = actor
        self.scopes = scopes
    }
}

/// Why a token opens nothing.
public struct TokenRefusal: Error, Hashable, Sendable {
    /// For the log alone. Holds nothing of the token, but the actor of one whose signature is good.
    public let reason: String

    public init(_ reason: String) {
        self.reason = reason
    }
}
