import HTTPCore
import NIOCore

/// Where the answer to one request goes: a connection of HTTP/1.1 or a stream of HTTP/2. Lives on its event loop.
protocol ResponseWriter: AnyObject {
    /// Whether more bytes may be sent now; `Exchange.writerBecameWritable` tells when that is so again.
    var isWritable: Bool { get }
    /// Sends the whole answer.
    func send(_ answer: APIResponse)
    /// Sends the head of an answer whose body follows in pieces.
    func sendHead(_ answer: APIResponse)
    func sendPiece(_ piece: ByteBuffer)
    func sendEnd()
    /// Closes without the answer, or in the middle of it.
    func abort()
    /// The handler waits for bytes of the body; it has taken all that came.
    func bodyRequested()
    /// The handler has taken all that came of the body, or it is lost.
    func bodyTaken()
}
