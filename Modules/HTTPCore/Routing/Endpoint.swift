package import HTTPTypes
package import UseCases

/// One route, with all that is known of it: the table dispatches by it, the pipeline guards it, and the OpenAPI
/// document is made from it.
package struct Endpoint: Sendable {
    /// A request to an answer, and nothing else: no socket, no framework.
    ///
    /// Whatever it throws becomes a problem: `Problem` and `ServiceFailure` as they say, any other error as a 500.
    package typealias Handler = @Sendable (APIRequest) async throws -> APIResponse

    /// How the route answers. A plan is declared once; the pipeline decides whether it needs a task.
    package enum Action: Sendable {
        /// Any work, always in a task.
        case handler(Handler)
        /// One command to the stock.
        case command(@Sendable (APIRequest) throws -> CommandPlan)
        /// One read that the cache may answer.
        case read(@Sendable (APIRequest) throws -> ReadPlan)

        /// Answers in a task.
        package func run(_ request: APIRequest) async throws -> APIResponse {
            switch self {
            case .handler(let handler): try await handler(request)
            case .command(let plan): try await plan(request).run()
            case .read(let plan): try await plan(request).run()
            }
        }
    }

    package let method: HTTPRequest.Method
    package let path: PathTemplate
    /// nil for a route that is open to everybody.
    package let scope: Scope?
    /// Whether a caller on this machine needs no key.
    package let isOpenOnLoopback: Bool
    package let body: BodyRule
    /// Whether an answer lasts as long as somebody listens to it.
    package let isLongLived: Bool
    /// Whether the work takes as long as the body: its rows are checked and written after the last byte.
    package var hasLongWork: Bool { body.streamLimit != nil }
    /// One line for the documentation.
    package let summary: String
    /// What else the documentation tells; every route that is served has one.
    package let description: EndpointDescription?
    package let action: Action

    package init(
        _ method: HTTPRequest.Method,
        _ path: PathTemplate,
        scope: Scope?,
        isOpenOnLoopback: Bool = false,
        body: BodyRule = .ignored,
        isLongLived: Bool = false,
        summary: String,
        description: EndpointDescription? = nil,
        _ action: Action
    ) {
        self.method = method
        self.path = path
        self.scope = scope
        self.isOpenOnLoopback = isOpenOnLoopback
        self.body = body
        self.isLongLived = isLongLived
        self.summary = summary
        self.description = description
        self.action = action
    }

    /// A route that is answered in a task.
    package init(
        _ method: HTTPRequest.Method,
        _ path: PathTemplate,
        scope: Scope?,
        isOpenOnLoopback: Bool = false,
        body: BodyRule = .ignored,
        isLongLived: Bool = false,
        summary: String,
        description: EndpointDescription? = nil,
        handler: @escaping Handler
    ) {
        self.init(
            method, path, scope: scope, isOpenOnLoopback: isOpenOnLoopback, body: body, isLongLived: isLongLived,
            summary: summary, description: description, .handler(handler))
    }
}

/// What a route does with a request's body.
package enum BodyRule: Hashable, Sendable {
    /// Reads none; one that is sent is dropped.
    case ignored
    /// Reads JSON of at most so many bytes.
    case json(limit: Int)
    /// Reads a browser's form of at most so many bytes.
    case form(limit: Int)
    /// The handler reads CSV of at most so many bytes while it arrives.
    case csv(limit: Int)

    /// The limit of a JSON body, in bytes; more is 413 `payload_too_large`.
    package static let standardLimit = 1 << 20
    package static let json = BodyRule.json(limit: standardLimit)

    /// The limit of a body that the handler reads itself; nil for one that is read before.
    package var streamLimit: Int? {
        if case .csv(let limit) = self { limit } else { nil }
    }

    /// The most bytes that a body may have, read or dropped.
    package var limit: Int {
        switch self {
        case .ignored: Self.standardLimit
        case .json(let limit), .form(let limit), .csv(let limit): limit
        }
    }
}
