import UseCases

/// Whose tokens are taken, for whom and when.
public struct TokenRules: Sendable {
    /// By how much the issuer's clock may be ahead of ours, in seconds. A token's end needs no such allowance: who comes
    /// late has had his time.
    static let leeway: Double = 30

    private let issuer: String?
    private let audience: String?

    /// - Parameters:
    ///   - issuer: `JWT_ISSUER`, what `iss` must be; nil for any or none, which then is part of the actor.
    ///   - audience: `JWT_AUDIENCE`, what must be in `aud`; nil to take a token whomever it is for.
    public init(issuer: String?, audience: String?) {
        self.issuer = issuer
        self.audience = audience
    }

    /// Whom claims speak for whose signature is good.
    /// - Parameter now: seconds since 1970.
    /// - Returns: the caller, and when the token ends, in seconds since 1970.
    func caller(
        _ claims: TokenClaims, now: Double
    ) throws(TokenRefusal) -> (caller: TokenCaller, expiresAt: Double) {
        guard let subject = claims.subject else { throw TokenRefusal("the token has no subject") }
        guard let actor = TokenActor(issuer: issuer == nil ? claims.issuer : nil, subject: subject) else {
            throw TokenRefusal(
                "the token's issuer or subject is not 1 to 255 bytes of visible characters without a space")
        }
        if let issuer, claims.issuer != issuer { throw TokenRefusal("the token of \(actor) is another issuer's") }
        if let audience, claims.audiences?.contains(audience) != true {
            throw TokenRefusal("the token of \(actor) is not for this audience")
        }
        guard let expiresAt = claims.expiresAt else { throw TokenRefusal("the token of \(actor) never ends") }
        guard now < expiresAt else { throw TokenRefusal("the token of \(actor) has expired") }
        if let notBefore = claims.notBefore, notBefore > now + Self.leeway {
            throw TokenRefusal("the time of the token of \(actor) has not come")
        }
        if let issuedAt = claims.issuedAt, issuedAt > now + Self.leeway {
            throw TokenRefusal("the token of \(actor) was issued in the future")
        }
        return (TokenCaller(actor: actor, scopes: Set(claims.scopes.compactMap(Scope.init))), expiresAt)
    }
}
