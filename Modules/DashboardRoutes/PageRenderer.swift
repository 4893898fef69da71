import Credentials
import Dashboard
import HTTPCore
import HTTPTypes
import NIOCore
import UseCases

/// What all pages share: who looks, the frame around them, and how their answers travel.
struct PageRenderer: Sendable {
    let configuration: DashboardConfiguration
    let feed: ChangeFeed
    private let pages = DashboardPages()

    init(configuration: DashboardConfiguration, feed: ChangeFeed) {
        self.configuration = configuration
        self.feed = feed
    }

    // MARK: Who looks

    /// Somebody who may read, and how the page knows them again.
    struct Visitor: Sendable {
        let principal: Principal
        /// What the page's own calls carry; nil where nobody signs in.
        let proof: String?
    }

    /// - Throws: `.unauthorized` for somebody who has to sign in.
    func visitor(_ headers: HTTPFields) async throws(AuthenticationFailure) -> Visitor {
        guard let sessions = configuration.sessions else {
            return Visitor(principal: Principal(name: "anonymous", scopes: [.admin]), proof: nil)
        }
        guard let token = SessionCookie.token(headers) else { throw .unauthorized(reason: "no session") }
        return Visitor(principal: try await sessions.principal(of: token), proof: token.csrfToken)
    }

    // MARK: Pages

    /// One of the places that every page leads to.
    enum Place: String, CaseIterable {
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

    /// What a handler makes of a request.
    struct Page {
        let name: DashboardPages.Name
        let title: String
        let place: Place
        var status = HTTPResponse.Status.ok
        var values: [String: Any]
    }

    /// A route for people: whoever is not signed in is sent to do so, and what goes wrong is said on a page.
    func page(
        _ path: PathTemplate, _ summary: String,
        _ make: @escaping @Sendable (APIRequest, Visitor) async throws -> Page
    ) -> Endpoint {
        Endpoint(.get, path, scope: nil, summary: summary) { request in
            // To make a page takes milliseconds, which the other connections of this event loop should not wait for.
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try await respond(to: request, make) }
        }
    }

    private func respond(
        to request: APIRequest, _ make: @Sendable (APIRequest, Visitor) async throws -> Page
    ) async throws -> APIResponse {
        var known: Visitor?
        do {
            let visitor = try await visitor(request.headers)
            known = visitor
            guard visitor.principal.allows(.read) else { throw Problem.forbidden(.read) }
            let page = try await make(request, visitor)
            return answer(page, request, visitor)
        } catch AuthenticationFailure.unauthorized {
            return Self.redirect(to: Self.signInPath(next: request))
        } catch let failure as AuthenticationFailure {
            throw faced(Problem(failure), request, nil)
        } catch {
            throw faced(Problem(error), request, known)
        }
    }

    /// The page's HTML in the frame.
    func answer(_ page: Page, _ request: APIRequest, _ visitor: Visitor?) -> APIResponse {
        var values = page.values
        values["title"] = page.title
        values["assets"] = Self.assets
        if let theme = SessionCookie.theme(request.headers) { values["theme"] = theme }
        if let mailbox = configuration.mailboxURL { values["mailbox"] = mailbox }
        if let visitor {
            values["visitor"] = ["name": visitor.principal.name] as [String: Any]
            values["live"] = page.status == .ok
            if let proof = visitor.proof { values["csrf"] = proof }
            values["pages"] = Place.allCases.map { place in
                [
                    "href": place.rawValue, "name": place.name,
                    "current": place == page.place && page.name != .message,
                ] as [String: Any]
            }
        }
        var response = APIResponse(
            page.status, headers: [.contentType: "text/html; charset=utf-8"],
            body: ByteBuffer(string: pages.html(page.name, values)))
        Self.harden(&response.headers)
        return response
    }

    /// The problem with a page that says it.
    func faced(_ problem: Problem, _ request: APIRequest, _ visitor: Visitor?) -> Problem {
        var problem = problem
        let page = Page(
            name: .message, title: problem.code.title, place: .overview, status: problem.code.status,
            values: [
                "status": String(problem.code.status.code), "text": problem.detail, "request": request.requestID,
            ])
        problem.page = answer(page, request, visitor)
        return problem
    }

    private static let assets: [String: String] = [
        "icon": Asset.path(of: "icon.svg"), "style": Asset.path(of: "dashboard.css"),
        "script": Asset.path(of: "main.js"),
    ]

    // MARK: Answers

    static func redirect(to place: String, cookie: String? = nil) -> APIResponse {
        var response = APIResponse(.seeOther, headers: [.location: place])
        if let cookie { response.headers[.setCookie] = cookie }
        harden(&response.headers)
        return response
    }

    /// Where to sign in, and to come back from.
    private static func signInPath(next request: APIRequest) -> String {
        let next = request.target
        return "/dashboard/sign-in" + (next == "/" ? "" : "?next=\(PercentEncoding.encode(segment: next))")
    }

    /// Nothing but our own files runs or is shown, nobody may frame it, and no one else keeps a copy.
    static func harden(_ headers: inout HTTPFields) {
        headers[.contentSecurityPolicy] =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        headers[.cacheControl] = "no-store"
        // Not `no-referrer`: a form's `Origin` would be `null` then.
        headers[.referrerPolicy] = "same-origin"
        headers[.crossOriginOpenerPolicy] = "same-origin"
    }
}
