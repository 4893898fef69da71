import Credentials
import Dashboard
import HTTPCore
import HTTPTypes
import NIOCore
import UseCases

/// Sign-in with an API key, and sign-out. Both are plain forms, so they work without scripts.
struct SessionEndpoints: Sendable {
    /// The most bytes of a form; a key and a path are far shorter.
    private static let formLimit = 8 << 10

    let renderer: PageRenderer

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/dashboard", scope: nil, summary: "Leads to the overview") { _ in
                PageRenderer.redirect(to: "/")
            },
            Endpoint(.get, "/dashboard/sign-in", scope: nil, summary: "Asks for an API key", handler: show),
            Endpoint(
                .post, "/dashboard/sign-in", scope: nil, body: .form(limit: Self.formLimit),
                summary: "Begins a session", handler: signIn),
            Endpoint(
                .post, "/dashboard/sign-out", scope: nil, body: .form(limit: Self.formLimit),
                summary: "Ends a session", handler: signOut),
        ]
    }

    @Sendable private func show(_ request: APIRequest) async throws -> APIResponse {
        guard renderer.configuration.sessions != nil else { return PageRenderer.redirect(to: "/") }
        let next = Self.next(request.query["next"])
        if (try? await renderer.viewer(request.headers)) != nil { return PageRenderer.redirect(to: next) }
        return page(request, next: next)
    }

    @Sendable private func signIn(_ request: APIRequest) async throws -> APIResponse {
        guard let sessions = renderer.configuration.sessions else { return PageRenderer.redirect(to: "/") }
        let form = request.form
        let next = Self.next(form["next"])
        guard RequestOrigin.isSameOrigin(request.headers, authority: request.authority) else {
            throw renderer.withErrorPage(
                Problem(.forbidden, "The form must be sent from this server's own page."), request, nil)
        }
        guard case .text(let key)? = form["key"] else {
            return page(request, next: next, status: .unprocessableContent, fault: "Please enter an API key.")
        }
        let attempt: DashboardSessions.SignIn
        do throws(ServiceFailure) {
            attempt = try await sessions.signIn(key.trimmed)
        } catch {
            throw renderer.withErrorPage(Problem(error), request, nil)
        }
        switch attempt {
        case .signedIn(let token):
            return PageRenderer.redirect(
                to: next, cookie: SessionCookie.setting(token, isSecure: isSecure(request)))
        case .refused(let words):
            return page(request, next: next, status: .unauthorized, fault: words)
        case .tooManyAttempts:
            var response = page(
                request, next: next, status: .tooManyRequests, fault: "Too many tries. Please wait some seconds.")
            response.headers[.retryAfter] = "5"
            return response
        }
    }

    @Sendable private func signOut(_ request: APIRequest) async throws -> APIResponse {
        let leave = PageRenderer.redirect(
            to: "/dashboard/sign-in", cookie: SessionCookie.removing(isSecure: isSecure(request)))
        guard let sessions = renderer.configuration.sessions, let token = SessionCookie.token(request.headers) else {
            return leave
        }
        guard case .text(let proof)? = request.form["csrf"], token.hasCSRFToken(proof),
            RequestOrigin.isSameOrigin(request.headers, authority: request.authority)
        else {
            throw renderer.withErrorPage(
                Problem(.forbidden, "The form must be sent from this server's own page."), request, nil)
        }
        do throws(ServiceFailure) {
            try await sessions.signOut(token)
        } catch {
            throw renderer.withErrorPage(Problem(error), request, nil)
        }
        return leave
    }

    /// Whether the browser connected over HTTPS, to this server or to a proxy in front of it; the page's origin tells. A
    /// browser rejects a `Secure` cookie over plain HTTP, so a forged origin only costs the forger the session.
    private func isSecure(_ request: APIRequest) -> Bool {
        renderer.configuration.isSecure || RequestOrigin.isSecure(request.headers)
    }

    private func page(
        _ request: APIRequest, next: String, status: HTTPResponse.Status = .ok, fault: String? = nil
    ) -> APIResponse {
        var values: [String: Any] = ["next": next]
        if let fault { values["fault"] = fault }
        return renderer.answer(
            .init(name: .signIn, title: "Sign in", section: .overview, status: status, values: values), request, nil)
    }

    /// A path on this server. Two slashes, or a backslash that browsers read as one, would lead to another host.
    private static func next(_ value: QueryParameters.Value?) -> String {
        guard case .text(let path)? = value, path.hasPrefix("/"), !path.hasPrefix("//"),
            path.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
        else { return "/" }
        return path
    }
}

extension APIRequest {
    /// The fields of a browser's form.
    var form: QueryParameters { QueryParameters(Substring(String(buffer: body))) }
}

extension String {
    /// The text without surrounding white space, which pasting often adds.
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
