import UseCases

/// The conditions on a token's claims: issuer, audience, time and subject.
public struct TokenRules: Sendable {
    /// How far the issuer's clock may be ahead of this server's, in seconds. The expiry needs no leeway: the token has been
    /// valid long enough by then.
    static let leeway: Double = 30

    private let issuer: String?
    private let audience: String?

    /// - Parameters:
    ///   - issuer: `JWT_ISSUER`, the required `iss`; nil accepts any or none, and then `iss` becomes part of the actor.
    ///   - audience: `JWT_AUDIENCE`, which `aud` must contain; nil accepts any audience.
    public init(issuer: String?, audience: String?) {
        self.issuer = issuer
        self.audience = audience
    }

    /// The caller that the claims of a verified token identify.
    /// - Parameter now: seconds since 1970.
    /// - Returns: the caller, and when the token expires, in seconds since 1970.
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
        guard let expiresAt = claims.expiresAt else { throw TokenRefusal("the token of \(actor) never expires") }
        guard now < expiresAt else { throw TokenRefusal("the token of \(actor) has expired") }
        if let notBefore = claims.notBefore, notBefore > now + Self.leeway {
            throw TokenRefusal("the token of \(actor) is not valid yet")
        }
        if let issuedAt = claims.issuedAt, issuedAt > now + Self.leeway {
            throw TokenRefusal("the token of \(actor) was issued in the future")
        }
        return (TokenCaller(actor: actor, scopes: Set(claims.scopes.compactMap(Scope.init))), expiresAt)
    }
}
