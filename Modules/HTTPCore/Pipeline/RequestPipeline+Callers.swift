import HTTPTypes
import UseCases

/// Authentication and authorization.
extension RequestPipeline {
    /// - Returns: the actor's name; empty for an open route.
    func actor(of head: HTTPRequest, for endpoint: Endpoint) async throws -> String {
        guard let scope = endpoint.scope else { return "" }
        try refuseForeignPages(head, endpoint, scope)
        let principal: Principal
        do throws(AuthenticationFailure) {
            principal = try await authenticator.authenticate(head.headerFields)
        } catch {
            throw Problem(error)
        }
        return try name(of: principal, allowed: scope)
    }

    /// The same without suspending; nil when the caller can only be identified asynchronously.
    func actorNow(of head: HTTPRequest, for endpoint: Endpoint) throws -> String? {
        guard let scope = endpoint.scope else { return "" }
        try refuseForeignPages(head, endpoint, scope)
        let principal: Principal?
        do throws(AuthenticationFailure) {
            principal = try authenticator.authenticateNow(head.headerFields)
        } catch {
            throw Problem(error)
        }
        return try principal.map { try name(of: $0, allowed: scope) }
    }

    /// Without authentication, a foreign page in a browser on this machine could otherwise write.
    private func refuseForeignPages(_ head: HTTPRequest, _ endpoint: Endpoint, _ scope: Scope) throws(Problem) {
        guard endpoint.isWrite, authenticator is OpenAuthenticator,
            !RequestOrigin.isSameOrigin(head.headerFields, authority: head.authority)
        else { return }
        throw Problem.forbidden(scope)
    }

    private func name(of principal: Principal, allowed scope: Scope) throws(Problem) -> String {
        guard principal.allows(scope) else { throw Problem.forbidden(scope) }
        return principal.name
    }
}
