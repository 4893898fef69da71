package import NIOCore

/// A request's body as it arrives on its connection. It is read once, by one task.
package protocol RequestBody: Sendable {
    /// Delivers the body piece by piece. The next piece is requested only after `take` returns, so that a fast sender
    /// cannot fill the memory.
    /// - Parameter take: may throw to stop reading.
    /// - Throws: `NIOTooManyBytesError` when the body exceeds the limit, the connection's error when the body breaks off,
    ///   and what `take` throws.
    func read(upTo limit: Int, _ take: (ByteBuffer) throws -> Void) async throws
}

extension RequestBody {
    /// The whole body.
    package func collect(upTo limit: Int) async throws -> ByteBuffer {
        var whole = ByteBuffer()
        try await read(upTo: limit) { piece in
            var piece = piece
            // Most bodies are one piece and need no copy.
            if whole.writerIndex == 0 { whole = piece } else { whole.writeBuffer(&piece) }
        }
        return whole
    }
}

/// The body did not arrive completely: the client disconnected or sent malformed HTTP.
struct BrokenBody: Error {
    let underlying: any Error
}
