package import HTTPTypes
package import JSON
package import NIOCore
package import UseCases

/// A request as a handler sees it.
package struct APIRequest: Sendable {
    package let method: HTTPRequest.Method
    /// The host that the caller asks for, with its port: `Host`, or `:authority`.
    package var authority: String?
    /// Path and query as they came.
    package var target = "/"
    package let headers: HTTPFields
    package let parameters: PathParameters
    package let query: QueryParameters
    /// Empty for a route that ignores bodies.
    package let body: ByteBuffer
    /// Who asks, for the ledger.
    package let actor: String
    /// The body of a route that reads it while it arrives.
    package let stream: StreamedBody?
    /// By which the answer and its log lines are found together.
    package let requestID: String
    /// The caller's name for it, should it be sent again; of a streamed body known only when it has been read.
    package let key: RequestKey?

    /// The body as JSON.
    /// - Throws: the 400 problem `malformed_request` when it is none.
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
    /// - Parameter faults: what was found wrong elsewhere in the request, to be told together.
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
