package import NIOCore

/// A request's body, as its connection gives it. It is read once, by one task.
package protocol RequestBody: Sendable {
    /// Gives the body piece by piece; the next one is asked of the connection only when this one was taken, so that a
    /// fast caller cannot fill the memory.
    /// - Parameter take: may throw to read no further.
    /// - Throws: `NIOTooManyBytesError` when there are more bytes than the limit, what the connection throws when the
    ///   body breaks off, and what `take` throws.
    func read(upTo limit: Int, _ take: (ByteBuffer) throws -> Void) async throws
}

extension RequestBody {
    /// The whole body.
    package func collect(upTo limit: Int) async throws -> ByteBuffer {
        var whole = ByteBuffer()
        try await read(upTo: limit) { piece in
            var piece = piece
            // Most bodies are one piece, which need not be copied.
            if whole.writerIndex == 0 { whole = piece } else { whole.writeBuffer(&piece) }
        }
        return whole
    }
}

/// The body did not arrive: the caller left, or what came was not HTTP.
package struct BrokenBody: Error {
    package let underlying: any Error
}
