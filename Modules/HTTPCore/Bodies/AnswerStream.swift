package import NIOCore

/// A body that is made while it is sent: the connection asks for the next piece when it can take one.
package struct AnswerStream: Sendable {
    /// Gives the next piece, nil at the end. Whoever sends calls it until then, one call at a time, or not again.
    ///
    /// When it throws, the connection is closed without the body's end, so that the caller can tell.
    package let next: @Sendable () async throws -> ByteBuffer?
    /// Is told once, when nothing more will be sent: how many bytes were, and why not all of them.
    package var ended: @Sendable (_ bytes: Int, _ failure: (any Error)?) -> Void = { _, _ in }

    package init(_ next: @escaping @Sendable () async throws -> ByteBuffer?) {
        self.next = next
    }
}
