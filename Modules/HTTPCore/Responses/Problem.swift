package import HTTPTypes
package import JSON
package import UseCases

/// An error response as `application/problem+json` (RFC 9457).
package struct Problem: Error, Sendable {
    package let code: ProblemCode
    /// For the caller. Never contains SQL, a stack trace or a host name.
    package let detail: String
    /// Members beyond the standard ones.
    package var members: [(name: String, value: JSONValue)]
    package var headers: HTTPFields = [:]
    /// For the log only.
    package var cause: String?
    /// The HTML page to send instead of JSON; nil for API requests.
    package var page: APIResponse?

    package init(
        _ code: ProblemCode,
        _ detail: String,
        members: [(name: String, value: JSONValue)] = [],
        cause: String? = nil
    ) {
        self.code = code
        self.detail = detail
        self.members = members
        self.cause = cause
    }

    /// The response with members and headers; the pipeline adds `X-Request-Id`.
    package func response(requestID: String) -> APIResponse {
        if var page {
            page.headers.append(contentsOf: headers)
            return page
        }
        var response = APIResponse.json(code.status) { writer in
            writer.object { writer in
                writer.member("type", code.type)
                writer.member("title", code.title)
                writer.member("status", Int64(code.status.code))
                writer.member("detail", detail)
                writer.member("code", code.rawValue)
                writer.member("request_id", requestID)
                for member in members {
                    writer.member(member.name, member.value)
                }
            }
        }
        response.headers.append(contentsOf: headers)
        response.headers[.contentType] = "application/problem+json"
        return response
    }
}

// MARK: - Kinds

extension Problem {
    /// All faults of a request in one problem.
    package static func validation(_ faults: [FieldFault]) -> Problem {
        let errors = faults.map { fault in
            JSONValue.object(["field": .string(fault.field), "message": .string(fault.message)])
        }
        let first = faults.first.map { "\($0.field) \($0.message)" } ?? "The request is not valid"
        let more = faults.count > 1 ? " (and \(faults.count - 1) more)" : ""
        return Problem(.validationFailed, "\(first)\(more).", members: [("errors", .array(errors))])
    }

    /// The faults of an imported table, of which only the first may be listed.
    static func invalidTable(_ faults: RowFaults) -> Problem {
        let errors = faults.named.map { fault in
            JSONValue.object([
                "row": .integer(Int64(fault.row)), "column": fault.column.map(JSONValue.string) ?? .null,
                "field": .string(fault.column ?? "row"), "message": .string(fault.message),
            ])
        }
        let first = faults.named.first.map { "Row \($0.row): \($0.column.map { $0 + " " } ?? "")\($0.message)" }
        let more = faults.count > 1 ? " (and \(faults.count - 1) more)" : ""
        let named = errors.count < faults.count ? " The first \(errors.count) are named." : ""
        return Problem(
            .validationFailed, "\(first ?? "The table is not valid")\(more). Nothing was changed.\(named)",
            members: [("errors", .array(errors))])
    }

    /// The thing that the caller named does not exist.
    /// - Parameters:
    ///   - what: `Unknown SKU`.
    ///   - name: as the caller sent it; it is truncated and stripped of control characters, since it may be anything.
    package static func unknown(_ what: String, _ name: String) -> Problem {
        let shown = String(
            name.unicodeScalars.prefix(64).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : Character($0) }
        )
        return Problem(.notFound, "\(what): \(shown)")
    }

    package static func methodNotAllowed(_ allowed: [HTTPRequest.Method]) -> Problem {
        let list = allowed.map(\.rawValue).joined(separator: ", ")
        var problem = Problem(.methodNotAllowed, "The path takes \(list).")
        problem.headers[.allow] = list
        return problem
    }

    package static func payloadTooLarge(limit: Int) -> Problem {
        Problem(.payloadTooLarge, "The body may have \(limit) bytes.")
    }

    static let wrongLength = Problem(
        .malformedRequest, "The body has not as many bytes as Content-Length says.")

    /// A problem with `Retry-After`.
    package static func retry(_ code: ProblemCode, _ detail: String, afterSeconds: Int, cause: String? = nil) -> Problem
    {
        var problem = Problem(code, detail, cause: cause)
        problem.headers[.retryAfter] = String(afterSeconds)
        return problem
    }

    package static func internalError(cause: String) -> Problem {
        Problem(.internalError, "Something went wrong here. The log has the cause.", cause: cause)
    }
}
