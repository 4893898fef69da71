package import Credentials
package import HTTPTypes
package import UseCases

/// Authenticates callers by their API keys: `AUTH_MODE=keys`.
package struct KeyAuthenticator: Authenticator {
    private let keys: KeyRing

    package var credentials: AcceptedCredentials { .keys }

    package init(keys: KeyRing) {
        self.keys = keys
    }

    package func authenticate(_ headers: HTTPFields) async throws(AuthenticationFailure) -> Principal {
        try await principal(of: BearerToken(headers))
    }

    package func authenticateNow(_ headers: HTTPFields) throws(AuthenticationFailure) -> Principal? {
        try principalNow(of: BearerToken(headers))
    }

    func principalNow(of token: BearerToken) throws(AuthenticationFailure) -> Principal? {
        guard let secret = APIKeySecret(token.text) else { throw .unauthorized(reason: "not in the form of a key") }
        guard let finding = keys.known(secret.hash) else { return nil }
        return try Self.principal(finding)
    }

    func principal(of token: BearerToken) async throws(AuthenticationFailure) -> Principal {
        guard let secret = APIKeySecret(token.text) else { throw .unauthorized(reason: "not in the form of a key") }
        let finding: KeyLookupResult
        do throws(ServiceFailure) {
            finding = try await keys.find(secret.hash)
        } catch {
            throw AuthenticationFailure(error)
        }
        return try Self.principal(finding)
    }

    private static func principal(_ finding: KeyLookupResult) throws(AuthenticationFailure) -> Principal {
        switch finding {
        case .active(let key): return Principal(name: key.name.description, scopes: key.scopes)
        case .unknown: throw .unauthorized(reason: "unknown key")
        // The name of a key is not secret, and tells operators whose key it is.
        case .expired(let name): throw .unauthorized(reason: "the key of \(name) has expired")
        case .revoked(let name): throw .unauthorized(reason: "the key of \(name) was revoked")
        }
    }
}

extension AuthenticationFailure {
    package init(_ failure: ServiceFailure) {
        switch failure {
        case .unavailable(let cause), .internalFault(let cause): self = .unavailable(cause: cause)
        default: self = .unavailable(cause: "keys: \(failure)")
        }
    }
}
