package import Credentials
package import HTTPCore
package import HTTPTypes
import UseCases

/// Lets the dashboard's scripts call the API under the user's session. A request with `Authorization` is authenticated by
/// that header alone.
///
/// Browsers send cookies on their own, so a cookie is not enough: the request must also carry the session's CSRF token,
/// which only the pages know, and must not come from another site.
package struct SessionAuthenticator: Authenticator {
    private let authenticator: any Authenticator
    private let sessions: DashboardSessions

    package var credentials: AcceptedCredentials { authenticator.credentials }

    /// - Parameter authenticator: authenticates requests without a session.
    package init(_ authenticator: any Authenticator, sessions: DashboardSessions) {
        self.authenticator = authenticator
        self.sessions = sessions
    }

    package func authenticateNow(_ headers: HTTPFields) throws(AuthenticationFailure) -> Principal? {
        guard headers.contains(.authorization) || !headers.contains(.cookie) else { return nil }
        return try authenticator.authenticateNow(headers)
    }

    package func authenticate(_ headers: HTTPFields) async throws(AuthenticationFailure) -> Principal {
        guard headers[.authorization] == nil, let token = SessionCookie.token(headers) else {
            return try await authenticator.authenticate(headers)
        }
        guard let proof = headers[.csrfToken], token.hasCSRFToken(proof),
            RequestOrigin.isSameOrigin(headers, authority: nil)
        else { throw .unauthorized(reason: "a session without its proof") }
        return try await sessions.principal(of: token)
    }
}

extension DashboardSessions {
    /// The principal of the API key that the session was opened with.
    func principal(of token: SessionToken) async throws(AuthenticationFailure) -> Principal {
        let finding: KeyLookupResult
        do throws(ServiceFailure) {
            finding = try await find(token)
        } catch {
            throw AuthenticationFailure(error)
        }
        switch finding {
        case .active(let key): return Principal(name: key.name.description, scopes: key.scopes)
        case .unknown, .expired: throw .unauthorized(reason: "the session has ended")
        case .revoked(let name): throw .unauthorized(reason: "the key of \(name) was revoked")
        }
    }
}
