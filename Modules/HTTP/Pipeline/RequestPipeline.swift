import HTTPTypes
import Logging
import NIOCore
import UseCases

/// All that happens to a request around its handler: id, route, authentication, body, errors, headers, log, metrics.
///
/// It knows no socket and no framework, so that a hot route can run it on the event loop itself.
struct RequestPipeline: Sendable {
    let table: EndpointTable
    let authenticator: any Authenticator
    let metrics: RequestMetrics
    let logger: Logger
    /// Whether all requests come over TLS.
    var isSecure = false

    /// - Parameter isLocal: whether it comes from this machine.
    /// - Throws: only when the body broke off; there is nobody to answer then, or nothing but a bad request to say.
    func respond(
        to head: HTTPRequest,
        isLocal: Bool = false,
        body: any RequestBody
    ) async throws -> APIResponse {
        let start = ContinuousClock.now
        let marks = RequestMarks(head.headerFields)
        let target = RequestTarget(head.path ?? "/")
        let match = table.match(head.method, target.path)
        var response: APIResponse
        do {
            response = try await answer(head, match, target.query, marks.requestID, isLocal, body)
        } catch ServiceFailure.replayed(let kept) {
            response = APIResponse(replaying: kept)
        } catch let error as BrokenBody {
            logger.info("request body broke off", metadata: marks.marking())
            throw error.underlying
        } catch {
            let problem = Problem(error)
            log(problem, marks)
            response = problem.response(requestID: marks.requestID)
        }
        response.headers = StandardHeaders.complete(
            response.headers, requestID: marks.requestID, isSecure: isSecure)
        if head.method == .head { response.dropBody() }
        if response.stream != nil {
            let status = response.status
            response.stream?.ended = { bytes, failure in
                if let failure {
                    logger.notice("answer broke off", metadata: marks.marking(["cause": "\(failure)"]))
                }
                record(status, bytes, head.method, match, marks, ContinuousClock.now - start)
            }
        } else {
            let bytes = response.body?.readableBytes ?? 0
            record(response.status, bytes, head.method, match, marks, ContinuousClock.now - start)
        }
        return response
    }

    /// The answer to a request that its connection refuses, with the headers that every answer has.
    func refusal(_ problem: Problem, to head: HTTPRequest) -> APIResponse {
        let requestID = RequestID.of(head.headerFields)
        var response = problem.response(requestID: requestID)
        response.headers = StandardHeaders.complete(response.headers, requestID: requestID, isSecure: isSecure)
        if head.method == .head { response.dropBody() }
        return response
    }

    // MARK: Steps

    private func answer(
        _ head: HTTPRequest,
        _ match: EndpointTable.Match,
        _ query: Substring,
        _ requestID: String,
        _ isLocal: Bool,
        _ body: any RequestBody
    ) async throws -> APIResponse {
        switch match {
        case .notFound: throw Problem(.notFound, "The path does not exist.")
        case .methodNotAllowed(let methods): throw Problem.methodNotAllowed(methods)
        case .endpoint(let index, let values):
            let endpoint = table.endpoints[index]
            let isOpen = endpoint.isOpenOnLoopback && isLocal
            let actor = isOpen ? "" : try await authorize(head, for: endpoint)
            let parameters = try endpoint.path.parameters(values)
            let key = try IdempotencyKey.text(of: head)
            let bytes = try await collect(body, endpoint.body, head.headerFields)
            let request = APIRequest(
                method: head.method,
                authority: head.authority,
                target: head.path ?? "/",
                headers: head.headerFields,
                parameters: parameters,
                query: QueryParameters(query),
                body: bytes,
                actor: actor,
                stream: endpoint.body.streamLimit.map {
                    StreamedBody(body, limit: $0, of: head, key: key, caller: actor)
                },
                requestID: requestID,
                key: try IdempotencyKey.of(head, body: bytes, caller: actor)
            )
            return try await endpoint.handler(request)
        }
    }

    /// - Returns: the actor's name.
    private func authorize(_ head: HTTPRequest, for endpoint: Endpoint) async throws -> String {
        guard let scope = endpoint.scope else { return "" }
        // Where nobody is asked for a key, a page of somebody else's in a browser of this machine could write.
        if endpoint.isWrite, authenticator is OpenAuthenticator,
            !RequestOrigin.isOurs(head.headerFields, authority: head.authority)
        {
            throw Problem.forbidden(scope)
        }
        let principal: Principal
        do throws(AuthenticationFailure) {
            principal = try await authenticator.authenticate(head.headerFields)
        } catch {
            throw Problem(error)
        }
        guard principal.allows(scope) else { throw Problem.forbidden(scope) }
        return principal.name
    }

    private func collect(
        _ body: any RequestBody,
        _ rule: BodyRule,
        _ headers: HTTPFields
    ) async throws -> ByteBuffer {
        let declared = headers[.contentLength].flatMap(Int.init)
        // Before a byte of it is read: the connection drops the rest.
        if let declared, declared > rule.limit { throw Problem.payloadTooLarge(limit: rule.limit) }
        if rule != .ignored, let encoding = headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw Problem(
                .unsupportedMediaType, "The body must not be encoded; Content-Encoding says \(encoding.prefix(20)).")
        }
        let limit: Int
        switch rule {
        case .ignored:
            // Nobody reads it, but the limit is the same as for a body that says its length.
            if headers[.transferEncoding] != nil { _ = try await read(body, rule.limit) }
            return ByteBuffer()
        case .csv:
            if let type = headers[.contentType], !ContentType.isCSV(type) {
                throw Problem(.unsupportedMediaType, "The body must be text/csv, in UTF-8.")
            }
            return ByteBuffer()
        case .form(let highest):
            if let type = headers[.contentType], !ContentType.isForm(type) {
                throw Problem(.unsupportedMediaType, "The body must be application/x-www-form-urlencoded, in UTF-8.")
            }
            return try await readWhole(body, highest, declared)
        case .json(let highest):
            limit = highest
        }
        if let type = headers[.contentType], !ContentType.isJSON(type) {
            throw Problem(.unsupportedMediaType, "The body must be application/json.")
        }
        return try await readWhole(body, limit, declared)
    }

    private func readWhole(_ body: any RequestBody, _ limit: Int, _ declared: Int?) async throws -> ByteBuffer {
        let bytes = try await read(body, limit)
        if let declared, declared != bytes.readableBytes {
            throw Problem.wrongLength
        }
        return bytes
    }

    private func read(_ body: any RequestBody, _ limit: Int) async throws -> ByteBuffer {
        do {
            return try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw Problem.payloadTooLarge(limit: limit)
        } catch {
            throw BrokenBody(underlying: error)
        }
    }

    // MARK: Records

    private func log(_ problem: Problem, _ marks: RequestMarks) {
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
            metadata: marks.marking(["code": "\(problem.code.rawValue)", "cause": "\(cause)"])
        )
    }

    private func record(
        _ status: HTTPResponse.Status,
        _ bytes: Int,
        _ method: HTTPRequest.Method,
        _ match: EndpointTable.Match,
        _ marks: RequestMarks,
        _ duration: Duration
    ) {
        let endpoint: Endpoint? = if case .endpoint(let index, _) = match { table.endpoints[index] } else { nil }
        let route = endpoint?.path.description
        // An answer that lasts as long as somebody listens says nothing of how fast the server is.
        if endpoint?.isLongLived != true {
            metrics.record(duration, route: route, method: method, status: status.code)
        }
        // The template, not the path: a path may hold a caller's secrets and line ends.
        logger.info(
            "request",
            metadata: marks.marking([
                "method": "\(method.rawValue)", "route": "\(route ?? "unmatched")",
                "status": "\(status.code)", "duration_ms": "\(Milliseconds(duration))", "bytes": "\(bytes)",
            ])
        )
    }
}

extension APIResponse {
    /// HEAD has the headers of GET, the body's length among them, and no body.
    fileprivate mutating func dropBody() {
        stream = nil
        guard let body else { return }
        headers[.contentLength] = String(body.readableBytes)
        self.body = nil
    }
}

/// A duration as the log shows it: `1.042`.
private struct Milliseconds: CustomStringConvertible {
    let description: String

    init(_ duration: Duration) {
        let microseconds = duration.nanoseconds / 1_000
        description = "\(microseconds / 1_000).\(String(microseconds % 1_000 + 1_000).dropFirst())"
    }
}

extension PathTemplate {
    /// The parameters' values, each decoded once. A `/` may come as `%2F`.
    fileprivate func parameters(_ values: [Substring]) throws(Problem) -> PathParameters {
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
