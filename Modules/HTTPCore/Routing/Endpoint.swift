package import HTTPTypes
package import UseCases

/// One route: the table dispatches to it, the pipeline guards it, and the OpenAPI document is generated from it.
package struct Endpoint: Sendable {
    /// Turns a request into a response, without a socket or a framework.
    ///
    /// Every error it throws becomes a problem: `Problem` and `ServiceFailure` keep their meaning, any other is a 500.
    package typealias Handler = @Sendable (APIRequest) async throws -> APIResponse

    /// How the route responds. A plan is declared once; the pipeline decides whether it needs a task.
    package enum Action: Sendable {
        /// Any work; always runs in a task.
        case handler(Handler)
        /// One stock command.
        case command(@Sendable (APIRequest) throws -> CommandPlan)
        /// One read that the cache may answer.
        case read(@Sendable (APIRequest) throws -> ReadPlan)

        /// Responds in the current task.
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
    /// nil for a route without authentication.
    package let scope: Scope?
    /// Whether callers on this machine need no key.
    package let isOpenOnLoopback: Bool
    package let body: BodyRule
    /// Whether the response is a stream that lasts until the client disconnects.
    package let isLongLived: Bool
    /// Whether the work grows with the body: an import checks and writes its rows after the last byte.
    package var hasLongWork: Bool { body.streamLimit != nil }
    /// One line for the documentation.
    package let summary: String
    /// Further documentation; nil for routes that the OpenAPI description leaves out.
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

    /// A route whose handler runs in a task.
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
    /// Drops a body that is sent.
    case ignored
    /// Reads JSON of at most `limit` bytes.
    case json(limit: Int)
    /// Reads a browser's form of at most `limit` bytes.
    case form(limit: Int)
    /// The handler reads CSV of at most `limit` bytes as a stream.
    case csv(limit: Int)

    /// The limit of a JSON body, in bytes; more is 413 `payload_too_large`.
    package static let standardLimit = 1 << 20
    package static let json = BodyRule.json(limit: standardLimit)

    /// The limit of a body that the handler reads as a stream; nil for a body that the pipeline reads.
    var streamLimit: Int? {
        if case .csv(let limit) = self { limit } else { nil }
    }

    /// The most bytes that a body may have, whether it is read or dropped.
    package var limit: Int {
        switch self {
        case .ignored: Self.standardLimit
        case .json(let limit), .form(let limit), .csv(let limit): limit
        }
    }
}
