import Credentials
public import HTTPTypes
public import UseCases

/// Knows callers by their API keys, and by tokens: `AUTH_MODE=keys+jwt`.
public struct KeyOrTokenAuthenticator: Authenticator {
    private let keys: KeyAuthenticator
    private let tokens: any TokenVerifier

    public var credentials: AcceptedCredentials { .keysAndTokens }

    public init(keys: KeyAuthenticator, tokens: any TokenVerifier) {
        self.keys = keys
        self.tokens = tokens
    }

    public func authenticateNow(_ headers: HTTPFields) throws(AuthenticationFailure) -> Principal? {
        let token = try BearerToken(headers)
        return APIKeySecret(token.text) == nil ? nil : try keys.principalNow(of: token)
    }

    public func authenticate(_ headers: HTTPFields) async throws(AuthenticationFailure) -> Principal {
        let token = try BearerToken(headers)
        // What looks like a key is one, whatever becomes of it: no token has this form.
        guard APIKeySecret(token.text) == nil else { return try await keys.principal(of: token) }
        do throws(TokenRefusal) {
            let caller = try tokens.verify(String(token.text))
            return Principal(name: caller.actor.description, scopes: caller.scopes)
        } catch {
            throw .unauthorized(reason: error.reason)
        }
    }
}
