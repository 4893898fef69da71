package import HTTPTypes
import JSON
package import UseCases

/// An authenticated caller.
package struct Principal: Hashable, Sendable {
    /// The `actor` in the ledger.
    package let name: String
    package let scopes: Set<Scope>

    package init(name: String, scopes: Set<Scope>) {
        self.name = name
        self.scopes = scopes
    }

    /// Whether the caller has the scope; `admin` implies all.
    package func allows(_ scope: Scope) -> Bool {
        scopes.contains(scope) || scopes.contains(.admin)
    }
}

/// The credentials that callers may use, for the OpenAPI description.
package enum AcceptedCredentials: Hashable, Sendable {
    /// No credentials are needed.
    case none
    case keys
    case keysAndTokens
}

/// Identifies the caller before a handler runs.
package protocol Authenticator: Sendable {
    var credentials: AcceptedCredentials { get }

    /// - Parameter headers: the request's headers.
    func authenticate(_ headers: HTTPFields) async throws(AuthenticationFailure) -> Principal

    /// The same without suspending, for the event loop; nil when only `authenticate` can tell.
    func authenticateNow(_ headers: HTTPFields) throws(AuthenticationFailure) -> Principal?
}

extension Authenticator {
    package func authenticateNow(_: HTTPFields) throws(AuthenticationFailure) -> Principal? { nil }
}

/// Why a caller could not be authenticated.
package enum AuthenticationFailure: Error, Hashable, Sendable {
    /// The key or token is absent, unknown, expired, revoked or forged. The reason is for the log only.
    case unauthorized(reason: String)
    /// The caller has exceeded its rate limit.
    case rateLimited(retryAfterSeconds: Int)
    /// The keys cannot be read.
    case unavailable(cause: String)
}

/// Allows every request: `AUTH_MODE=off`, with which the server binds to a loopback address only.
package struct OpenAuthenticator: Authenticator {
    private let principal: Principal

    package var credentials: AcceptedCredentials { .none }

    /// - Parameter name: the `actor` of every change.
    package init(name: String = "anonymous") {
        principal = Principal(name: name, scopes: [.admin])
    }

    package func authenticate(_: HTTPFields) async throws(AuthenticationFailure) -> Principal {
        principal
    }

    package func authenticateNow(_: HTTPFields) throws(AuthenticationFailure) -> Principal? { principal }
}

extension Problem {
    package init(_ failure: AuthenticationFailure) {
        switch failure {
        case .unauthorized(let reason):
            self.init(.unauthorized, "A valid bearer token is needed, such as an API key.", cause: reason)
            headers[.wwwAuthenticate] = "Bearer"
        case .rateLimited(let seconds):
            self = .retry(.rateLimited, "Too many requests. Please slow down.", afterSeconds: seconds)
        case .unavailable(let cause):
            self = Problem(.unavailable(cause: cause) as ServiceFailure)
        }
    }

    package static func forbidden(_ scope: Scope) -> Problem {
        Problem(
            .forbidden,
            "The caller's scope does not allow this. It needs \(scope.rawValue).",
            members: [("required_scope", .string(scope.rawValue))]
        )
    }
}
