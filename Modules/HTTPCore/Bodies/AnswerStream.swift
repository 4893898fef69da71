package import NIOCore

/// A response body that is generated while it is sent: the connection asks for the next piece when it can send one.
package struct AnswerStream: Sendable {
    /// Returns the next piece, nil at the end. The connection makes one call at a time; it may stop before the end.
    ///
    /// When it throws, the connection is closed before the end of the body, so that the client notices.
    package let next: @Sendable () async throws -> ByteBuffer?
    /// Called once, when nothing more will be sent: with the number of bytes sent, and the reason if the body is cut short.
    package var ended: @Sendable (_ bytes: Int, _ failure: (any Error)?) -> Void = { _, _ in }

    package init(_ next: @escaping @Sendable () async throws -> ByteBuffer?) {
        self.next = next
    }
}
