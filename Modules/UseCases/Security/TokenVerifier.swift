/// Verifies bearer tokens locally, without any network request.
public protocol TokenVerifier: Sendable {
    /// - Parameter token: the text from the request; may be anything.
    func verify(_ token: String) throws(TokenRefusal) -> TokenCaller
}

/// The caller that a token identifies, and its scopes.
public struct TokenCaller: Hashable, Sendable {
    public let actor: TokenActor
    /// The token's scopes that this version knows; may be empty.
    public let scopes: Set<Scope>

    public init(actor: TokenActor, scopes: Set<Scope>) {
        self.actor = actor
        self.scopes = scopes
    }
}

/// Why a token was refused.
public struct TokenRefusal: Error, Hashable, Sendable {
    /// For the log only. Contains nothing of the token, except the actor if the signature is valid.
    public let reason: String

    public init(_ reason: String) {
        self.reason = reason
    }
}
