package import HTTPTypes
import JSON
package import UseCases

/// Who asks.
package struct Principal: Hashable, Sendable {
    /// The `actor` in the ledger.
    package let name: String
    package let scopes: Set<Scope>

    package init(name: String, scopes: Set<Scope>) {
        self.name = name
        self.scopes = scopes
    }

    /// Whether the scopes allow it; `admin` implies all.
    package func allows(_ scope: Scope) -> Bool {
        scopes.contains(scope) || scopes.contains(.admin)
    }
}

/// How callers say who they are, for the description.
package enum AcceptedCredentials: Hashable, Sendable {
    /// Nobody is asked.
    case none
    case keys
    case keysAndTokens
}

/// Finds out who asks, before a handler runs.
package protocol Authenticator: Sendable {
    var credentials: AcceptedCredentials { get }

    /// - Parameter headers: the request's, `Authorization` among them.
    func authenticate(_ headers: HTTPFields) async throws(AuthenticationFailure) -> Principal

    /// The same where nobody can wait; nil when it takes a wait to know.
    func authenticateNow(_ headers: HTTPFields) throws(AuthenticationFailure) -> Principal?
}

extension Authenticator {
    package func authenticateNow(_: HTTPFields) throws(AuthenticationFailure) -> Principal? { nil }
}

/// Why nobody knows who asks.
package enum AuthenticationFailure: Error, Hashable, Sendable {
    /// No key and no token, or one that is unknown, expired, revoked or not genuine. The reason is for the log alone.
    case unauthorized(reason: String)
    /// The caller has spent what it may.
    case rateLimited(retryAfterSeconds: Int)
    /// The keys cannot be read.
    case unavailable(cause: String)
}

/// Lets everybody do everything: `AUTH_MODE=off`, where the server binds to a loopback address only.
package struct OpenAuthenticator: Authenticator {
    private let principal: Principal

    package var credentials: AcceptedCredentials { .none }

    /// - Parameter name: the `actor` of all that is done.
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
