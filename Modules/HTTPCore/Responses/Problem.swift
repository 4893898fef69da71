package import HTTPTypes
package import JSON
package import UseCases

/// A refusal as `application/problem+json` (RFC 9457).
package struct Problem: Error, Sendable {
    package let code: ProblemCode
    /// For the caller. Never SQL, a stack or a host's name.
    package let detail: String
    /// What the code adds to the standard members.
    package var members: [(name: String, value: JSONValue)]
    package var headers: HTTPFields = [:]
    /// For the log alone.
    package var cause: String?
    /// How it is answered to somebody who looks at a page; nil for a program.
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

    /// The members and headers of an answer. `X-Request-Id` is the pipeline's.
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
    /// All faults of a request at once.
    package static func validation(_ faults: [FieldFault]) -> Problem {
        let errors = faults.map { fault in
            JSONValue.object(["field": .string(fault.field), "message": .string(fault.message)])
        }
        let first = faults.first.map { "\($0.field) \($0.message)" } ?? "The request is not valid"
        let more = faults.count > 1 ? " (and \(faults.count - 1) more)" : ""
        return Problem(.validationFailed, "\(first)\(more).", members: [("errors", .array(errors))])
    }

    /// The faults of an imported table; there may be more of them than are named.
    package static func invalidTable(_ faults: RowFaults) -> Problem {
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

    /// What a caller named was not found.
    /// - Parameters:
    ///   - what: `Unknown SKU`.
    ///   - name: as the caller wrote it; cut, and without control characters, since it may be anything.
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

    package static let wrongLength = Problem(
        .malformedRequest, "The body has not as many bytes as Content-Length says.")

    /// The caller may try again after so many seconds.
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
