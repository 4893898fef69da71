package import HTTPTypes
package import JSON
package import NIOCore
package import UseCases

/// A request as a handler sees it.
package struct APIRequest: Sendable {
    package let method: HTTPRequest.Method
    /// The requested host with its port: `Host` or `:authority`.
    package var authority: String?
    /// Path and query as sent.
    package var target = "/"
    package let headers: HTTPFields
    package let parameters: PathParameters
    package let query: QueryParameters
    /// Empty for a route that ignores bodies.
    package let body: ByteBuffer
    /// The caller's name, for the ledger.
    package let actor: String
    /// The body of a route that reads it as a stream.
    package let stream: StreamedBody?
    /// Connects the response with its log lines.
    package let requestID: String
    /// The idempotency key with the request's hash; for a streamed body, `StreamedBody.read` returns it instead.
    package let key: RequestKey?

    /// The body as JSON.
    /// - Throws: the 400 problem `malformed_request` when the body is not JSON.
    package func json() throws(Problem) -> JSONText {
        guard body.readableBytes > 0 else {
            throw Problem(.malformedRequest, "The body is empty where JSON is expected.")
        }
        do throws(JSONSyntaxError) {
            return try JSONText(body.withUnsafeReadableBytes { Array($0) })
        } catch {
            throw Problem(.malformedRequest, "The body is not JSON: \(error.reason), at byte \(error.position).")
        }
    }

    /// A reader of the body's fields.
    /// - Parameter faults: faults found elsewhere in the request, to be reported together.
    /// - Throws: the 400 problem when the body is not JSON, 422 when it is not an object.
    package func fields(after faults: [FieldFault] = []) throws -> FieldReader {
        let value = try json().root
        guard value.kind == .object else {
            throw ServiceFailure.invalid(
                faults + [FieldFault(field: "body", message: "must be an object, not \(value.kind.words)")]
            )
        }
        return FieldReader(value, faults: faults)
    }
}
