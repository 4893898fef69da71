import HTTPTypes
import UseCases

/// Who asks, and whether they may.
extension RequestPipeline {
    /// - Returns: the actor's name; empty for a route that is open.
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

    /// The same without waiting; nil when it takes a wait to know.
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

    /// Where nobody is asked for a key, a page of somebody else's in a browser of this machine could write.
    private func refuseForeignPages(_ head: HTTPRequest, _ endpoint: Endpoint, _ scope: Scope) throws(Problem) {
        guard endpoint.isWrite, authenticator is OpenAuthenticator,
            !RequestOrigin.isOurs(head.headerFields, authority: head.authority)
        else { return }
        throw Problem.forbidden(scope)
    }

    private func name(of principal: Principal, allowed scope: Scope) throws(Problem) -> String {
        guard principal.allows(scope) else { throw Problem.forbidden(scope) }
        return principal.name
    }
}
