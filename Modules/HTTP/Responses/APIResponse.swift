import HTTPTypes
import NIOCore

/// What a handler answers.
struct APIResponse: Sendable {

    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: ByteBuffer?
    /// Instead of a body.
    var stream: AnswerStream?

    init(_ status: HTTPResponse.Status, headers: HTTPFields = [:], body: ByteBuffer? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer in JSON.
    /// - Parameter capacity: bytes to reserve; most answers fit into the default.
    static func json(
        _ status: HTTPResponse.Status = .ok,
        capacity: Int = 512,
        _ write: (inout JSONWriter) -> Void
    ) -> APIResponse {
        var writer = JSONWriter(capacity: capacity)
        write(&writer)
        return APIResponse(status, headers: [.contentType: "application/json"], body: writer.buffer)
    }
}
