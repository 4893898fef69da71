import HTTPTypes
import NIOCore

/// One part of what a client sends, in the order of its arrival.
enum IntakePart {
    case head(IncomingHead)
    case body(ByteBuffer)
    /// The request is complete.
    case end
    /// The bytes are not HTTP, and nothing behind them can be read.
    case malformed
    /// No further request is read: the client has closed its side, or has sent too many requests ahead.
    case inputEnd
}

/// A request's head, and what it says about its connection.
struct IncomingHead {
    /// Nil when the head is well formed and the request is still invalid, as one with two hosts is.
    let request: HTTPRequest?
    /// Whether the connection can be used again after this request.
    var keepsConnection = true
    var isHTTP10 = false
}

/// A request that is to be answered now.
struct IntakeRequest {
    let head: HTTPRequest
    /// What has come of the body.
    let body: ByteBuffer?
    /// Whether that is the whole body.
    let isComplete: Bool
}
