import Basics
package import HTTPTypes
package import Logging
package import NIOCore
package import Telemetry
import UseCases

/// Everything around a handler: request id, route, authentication, body, errors, headers, log, metrics.
///
/// It knows no socket and no framework, so hot routes can run on the event loop: see `plan`.
package final class RequestPipeline: Sendable {
    package let table: EndpointTable
    package let authenticator: any Authenticator
    package let metrics: RequestMetrics
    package let logger: Logger
    /// Where request lines are written; nil for the logger.
    package let requestLog: RequestLog?
    /// Whether all requests come over TLS.
    package let isSecure: Bool

    package init(
        _ endpoints: [Endpoint], authenticator: any Authenticator, metrics: RequestMetrics = RequestMetrics(),
        logger: Logger, requestLog: RequestLog? = nil, isSecure: Bool = false
    ) {
        table = EndpointTable(endpoints)
        self.authenticator = authenticator
        self.metrics = metrics
        self.logger = logger
        self.requestLog = requestLog
        self.isSecure = isSecure
    }

    /// What the request's head alone tells.
    package struct Context: Sendable {
        package let start = ContinuousClock.now
        let logMetadata: RequestLogMetadata
        package let match: EndpointTable.Match
        package let query: Substring
        /// Whether the request comes from this machine.
        package let isLocal: Bool
    }

    package func context(of head: HTTPRequest, isLocal: Bool = false) -> Context {
        let target = RequestTarget(head.path ?? "/")
        return Context(
            logMetadata: RequestLogMetadata(head.headerFields), match: table.match(head.method, target.path),
            query: target.query,
            isLocal: isLocal)
    }

    /// Whether the route may run longer than others, as an import does. Looked up only when a request is late.
    package func hasLongWork(_ head: HTTPRequest) -> Bool {
        guard case .endpoint(let index, _) = table.match(head.method, RequestTarget(head.path ?? "/").path) else {
            return false
        }
        return table.endpoints[index].hasLongWork
    }

    /// - Throws: only when the body broke off: the client is gone or sent malformed HTTP.
    package func respond(to head: HTTPRequest, in context: Context, body: any RequestBody) async throws -> APIResponse {
        do {
            return complete(try await answer(head, context, body), to: head, in: context)
        } catch let error as BrokenBody {
            logger.info("request body broke off", metadata: context.logMetadata.adding())
            throw error.underlying
        } catch {
            return complete(self.answer(to: error, in: context), to: head, in: context)
        }
    }

    /// The response to a handler's error.
    package func answer(to error: any Error, in context: Context) -> APIResponse {
        if case ServiceFailure.replayed(let kept) = error { return APIResponse(replaying: kept) }
        let problem = Problem(error)
        log(problem, context.logMetadata)
        return problem.response(requestID: context.logMetadata.requestID)
    }

    /// Adds the standard headers, and records the request in the log and the metrics.
    package func complete(_ response: APIResponse, to head: HTTPRequest, in context: Context) -> APIResponse {
        var response = response
        response.headers = StandardHeaders.complete(
            response.headers, requestID: context.logMetadata.requestID, isSecure: isSecure)
        if head.method == .head { response.dropBody() }
        if response.stream != nil {
            let status = response.status
            response.stream?.ended = { [self] bytes, failure in
                if let failure {
                    logger.notice(
                        "answer broke off", metadata: context.logMetadata.adding(to: ["cause": "\(failure)"]))
                }
                record(status, bytes, head.method, context)
            }
        } else {
            record(response.status, response.body?.readableBytes ?? 0, head.method, context)
        }
        return response
    }

    /// The response to a request that its connection refuses, with the standard headers.
    package func refusal(_ problem: Problem, to head: HTTPRequest) -> APIResponse {
        let requestID = RequestID.of(head.headerFields)
        var response = problem.response(requestID: requestID)
        response.headers = StandardHeaders.complete(response.headers, requestID: requestID, isSecure: isSecure)
        if head.method == .head { response.dropBody() }
        return response
    }

    // MARK: Steps

    private func answer(
        _ head: HTTPRequest, _ context: Context, _ body: any RequestBody
    ) async throws -> APIResponse {
        switch context.match {
        case .notFound: throw Problem(.notFound, "The path does not exist.")
        case .methodNotAllowed(let methods): throw Problem.methodNotAllowed(methods)
        case .endpoint(let index, let values):
            let endpoint = table.endpoints[index]
            let isOpen = endpoint.isOpenOnLoopback && context.isLocal
            let actor = isOpen ? "" : try await self.actor(of: head, for: endpoint)
            let parameters = try endpoint.path.parameters(values)
            let key = try IdempotencyKey.text(of: head)
            let bytes = try await collect(body, endpoint.body, head.headerFields)
            let stream = endpoint.body.streamLimit.map {
                StreamedBody(body, limit: $0, of: head, key: key, caller: actor)
            }
            return try await endpoint.action.run(
                try request(head, context, parameters, bytes, actor: actor, stream: stream))
        }
    }

    package func request(
        _ head: HTTPRequest, _ context: Context, _ parameters: PathParameters, _ bytes: ByteBuffer, actor: String,
        stream: StreamedBody? = nil
    ) throws -> APIRequest {
        APIRequest(
            method: head.method,
            authority: head.authority,
            target: head.path ?? "/",
            headers: head.headerFields,
            parameters: parameters,
            query: QueryParameters(context.query),
            body: bytes,
            actor: actor,
            stream: stream,
            requestID: context.logMetadata.requestID,
            key: try IdempotencyKey.of(head, body: bytes, caller: actor)
        )
    }

    // MARK: Records

    private func log(_ problem: Problem, _ logMetadata: RequestLogMetadata) {
        guard let cause = problem.cause else { return }
        let level: Logger.Level =
            switch problem.code {
            case .internalError: .error
            case .unavailable: .warning
            default: .info
            }
        logger.log(
            level: level,
            "request failed",
            metadata: logMetadata.adding(to: ["code": "\(problem.code.rawValue)", "cause": "\(cause)"])
        )
    }

    private func record(
        _ status: HTTPResponse.Status, _ bytes: Int, _ method: HTTPRequest.Method, _ context: Context
    ) {
        let duration = ContinuousClock.now - context.start
        let index: Int? = if case .endpoint(let index, _) = context.match { index } else { nil }
        let endpoint = index.map { table.endpoints[$0] }
        let route = endpoint?.path.description
        // A stream lasts as long as its client listens, which says nothing about the server's speed.
        if endpoint?.isLongLived != true {
            metrics.record(duration, endpoint: index, route: route, method: method, status: status.code)
        }
        // The template, not the path: a path may contain secrets and line breaks.
        if let requestLog {
            requestLog.write(
                method: method.rawValue, route: route ?? "unmatched", status: status.code, bytes: bytes,
                nanoseconds: duration.wholeNanoseconds, requestID: context.logMetadata.requestID,
                traceID: context.logMetadata.traceID)
        } else {
            logger.info(
                "request",
                metadata: context.logMetadata.adding(to: [
                    "method": "\(method.rawValue)", "route": "\(route ?? "unmatched")", "status": "\(status.code)",
                    "duration_ms": "\(Milliseconds(duration))", "bytes": "\(bytes)",
                ]))
        }
    }
}

/// A duration in milliseconds for the log: `1.042`.
private struct Milliseconds: CustomStringConvertible {
    let description: String

    init(_ duration: Duration) {
        let microseconds = duration.wholeNanoseconds / 1_000
        description = "\(microseconds / 1_000).\(String(microseconds % 1_000 + 1_000).dropFirst())"
    }
}

extension APIResponse {
    /// A HEAD response has the headers of GET, including `Content-Length`, and no body.
    fileprivate mutating func dropBody() {
        stream = nil
        guard let body else { return }
        headers[.contentLength] = String(body.readableBytes)
        self.body = nil
    }
}

extension PathTemplate {
    /// The parameters' values, percent-decoded once. `%2F` is a `/`.
    package func parameters(_ values: [Substring]) throws(Problem) -> PathParameters {
        var pairs: [(name: String, value: String)] = []
        var values = values[...]
        for case .parameter(let name) in segments {
            guard let value = values.popFirst().flatMap({ PercentEncoding.decode($0) }) else {
                throw .validation([FieldFault(field: name, message: "must be percent-encoded UTF-8")])
            }
            pairs.append((name, value))
        }
        return PathParameters(pairs)
    }
}
