import HTTPCore
import NIOCore

/// Where one request's answer goes: a connection of HTTP/1.1, or a stream of HTTP/2. Lives on its event loop.
protocol AnswerSink: AnyObject {
    /// Whether more bytes may be given; `Exchange.sinkBecameWritable()` tells when that is so again.
    var isWritable: Bool { get }
    /// Sends the whole answer.
    func send(_ answer: APIResponse)
    /// Sends all but the body, which follows in pieces.
    func sendHead(_ answer: APIResponse)
    func sendPiece(_ piece: ByteBuffer)
    func sendEnd()
    /// Sends `100 Continue`: the caller waits with its body until it is wanted.
    func sendContinue()
    /// Ends without the answer's end, or without an answer.
    func cut()
    /// Asks for more of the body.
    func wantBody()
}
