package import HTTPTypes
package import JSON
package import NIOCore

/// A handler's response.
package struct APIResponse: Sendable {
    package var status: HTTPResponse.Status
    package var headers: HTTPFields
    package var body: ByteBuffer?
    /// A streamed body, instead of `body`.
    package var stream: AnswerStream?

    package init(_ status: HTTPResponse.Status, headers: HTTPFields = [:], body: ByteBuffer? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON response.
    /// - Parameter capacity: bytes to reserve; most responses fit into the default.
    package static func json(
        _ status: HTTPResponse.Status = .ok,
        capacity: Int = 512,
        _ write: (inout JSONWriter) -> Void
    ) -> APIResponse {
        var writer = JSONWriter(capacity: capacity)
        write(&writer)
        return APIResponse(status, headers: [.contentType: "application/json"], body: writer.buffer)
    }
}
