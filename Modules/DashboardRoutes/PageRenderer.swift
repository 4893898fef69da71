import Credentials
import Dashboard
import HTTPCore
import HTTPTypes
import NIOCore
import UseCases

/// What all pages share: the session check, the frame around their content, and the response headers.
struct PageRenderer: Sendable {
    let configuration: DashboardConfiguration
    let feed: ChangeFeed
    private let pages = DashboardPages()

    init(configuration: DashboardConfiguration, feed: ChangeFeed) {
        self.configuration = configuration
        self.feed = feed
    }

    // MARK: Sessions

    /// A user of the dashboard: signed in, or anonymous where no sign-in is needed.
    struct Viewer: Sendable {
        let principal: Principal
        /// The CSRF token that the page's scripts and forms send; nil where no sign-in is needed.
        let proof: String?
    }

    /// - Throws: `.unauthorized` when the user must sign in.
    func viewer(_ headers: HTTPFields) async throws(AuthenticationFailure) -> Viewer {
        guard let sessions = configuration.sessions else {
            return Viewer(principal: Principal(name: "anonymous", scopes: [.admin]), proof: nil)
        }
        guard let token = SessionCookie.token(headers) else { throw .unauthorized(reason: "no session") }
        return Viewer(principal: try await sessions.principal(of: token), proof: token.csrfToken)
    }

    // MARK: Pages

    /// An entry of the navigation bar.
    enum Section: String, CaseIterable {
        case overview = "/"
        case products = "/dashboard/products"
        case alerts = "/dashboard/alerts"
        case orders = "/dashboard/orders"

        var name: String {
            switch self {
            case .overview: "Overview"
            case .products: "Products"
            case .alerts: "Alerts"
            case .orders: "Orders"
            }
        }
    }

    /// The content of a page, without the frame.
    struct Page {
        let name: DashboardPages.Name
        let title: String
        let section: Section
        var status = HTTPResponse.Status.ok
        var values: [String: Any]
    }

    /// A route that serves HTML: it redirects to the sign-in form without a session, and renders errors as pages.
    func page(
        _ path: PathTemplate, _ summary: String,
        _ make: @escaping @Sendable (APIRequest, Viewer) async throws -> Page
    ) -> Endpoint {
        Endpoint(.get, path, scope: nil, summary: summary) { request in
            // Rendering takes milliseconds, so it must not block the other connections of this event loop.
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try await respond(to: request, make) }
        }
    }

    private func respond(
        to request: APIRequest, _ make: @Sendable (APIRequest, Viewer) async throws -> Page
    ) async throws -> APIResponse {
        var identified: Viewer?
        do {
            let viewer = try await viewer(request.headers)
            identified = viewer
            guard viewer.principal.allows(.read) else { throw Problem.forbidden(.read) }
            let page = try await make(request, viewer)
            return answer(page, request, viewer)
        } catch AuthenticationFailure.unauthorized {
            return Self.redirect(to: Self.signInPath(next: request))
        } catch let failure as AuthenticationFailure {
            throw withErrorPage(Problem(failure), request, nil)
        } catch {
            throw withErrorPage(Problem(error), request, identified)
        }
    }

    /// Renders the page inside the frame.
    func answer(_ page: Page, _ request: APIRequest, _ viewer: Viewer?) -> APIResponse {
        var values = page.values
        values["title"] = page.title
        values["assets"] = Self.assets
        if let theme = SessionCookie.theme(request.headers) { values["theme"] = theme }
        if let mailbox = configuration.mailboxURL { values["mailbox"] = mailbox }
        if let viewer {
            values["visitor"] = ["name": viewer.principal.name] as [String: Any]
            values["live"] = page.status == .ok
            if let proof = viewer.proof { values["csrf"] = proof }
            values["pages"] = Section.allCases.map { section in
                [
                    "href": section.rawValue, "name": section.name,
                    "current": section == page.section && page.name != .message,
                ] as [String: Any]
            }
        }
        var response = APIResponse(
            page.status, headers: [.contentType: "text/html; charset=utf-8"],
            body: ByteBuffer(string: pages.html(page.name, values)))
        Self.harden(&response.headers)
        return response
    }

    /// The problem with an HTML error page.
    func withErrorPage(_ problem: Problem, _ request: APIRequest, _ viewer: Viewer?) -> Problem {
        var problem = problem
        let page = Page(
            name: .message, title: problem.code.title, section: .overview, status: problem.code.status,
            values: [
                "status": String(problem.code.status.code), "text": problem.detail, "request": request.requestID,
            ])
        problem.page = answer(page, request, viewer)
        return problem
    }

    private static let assets: [String: String] = [
        "icon": Asset.path(of: "icon.svg"), "style": Asset.path(of: "dashboard.css"),
        "script": Asset.path(of: "main.js"),
    ]

    // MARK: Answers

    static func redirect(to path: String, cookie: String? = nil) -> APIResponse {
        var response = APIResponse(.seeOther, headers: [.location: path])
        if let cookie { response.headers[.setCookie] = cookie }
        harden(&response.headers)
        return response
    }

    /// The path of the sign-in form, which leads back to the request's path.
    private static func signInPath(next request: APIRequest) -> String {
        let next = request.target
        return "/dashboard/sign-in" + (next == "/" ? "" : "?next=\(PercentEncoding.encode(segment: next))")
    }

    /// Allows only this server's own files, and forbids framing and caching.
    static func harden(_ headers: inout HTTPFields) {
        headers[.contentSecurityPolicy] =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        headers[.cacheControl] = "no-store"
        // Not `no-referrer`, which would make the `Origin` of forms `null`.
        headers[.referrerPolicy] = "same-origin"
        headers[.crossOriginOpenerPolicy] = "same-origin"
    }
}
