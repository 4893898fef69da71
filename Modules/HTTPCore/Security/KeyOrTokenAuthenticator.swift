import Credentials
package import HTTPTypes
package import UseCases

/// Authenticates callers by API keys or by tokens: `AUTH_MODE=keys+jwt`.
package struct KeyOrTokenAuthenticator: Authenticator {
    private let keys: KeyAuthenticator
    private let tokens: any TokenVerifier

    package var credentials: AcceptedCredentials { .keysAndTokens }

    package init(keys: KeyAuthenticator, tokens: any TokenVerifier) {
        self.keys = keys
        self.tokens = tokens
    }

    package func authenticateNow(_ headers: HTTPFields) throws(AuthenticationFailure) -> Principal? {
        let token = try BearerToken(headers)
        return APIKeySecret(token.text) == nil ? nil : try keys.principalNow(of: token)
    }

    package func authenticate(_ headers: HTTPFields) async throws(AuthenticationFailure) -> Principal {
        let token = try BearerToken(headers)
        // A text in the form of a key is never tried as a token: no token has this form.
        guard APIKeySecret(token.text) == nil else { return try await keys.principal(of: token) }
        do throws(TokenRefusal) {
            let caller = try tokens.verify(String(token.text))
            return Principal(name: caller.actor.description, scopes: caller.scopes)
        } catch {
            throw .unauthorized(reason: error.reason)
        }
    }
}
