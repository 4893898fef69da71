internal import Reactor

/// One connection of a ``StatusServer``, on the server's reactor alone.
final class StatusConnection {
    enum Phase {
        /// Can transition to: answering, writing (a refusal), closed.
        case reading(StatusHeadReader)
        /// The answer is being made; nothing is read. Can transition to: writing, closed.
        case answering
        /// Can transition to: lingering, closed.
        case writing([UInt8], sent: Int)
        /// All is sent; what the peer still sends is dropped. Can transition to: closed.
        case lingering(dropped: Int)
    }

    let id: Int
    let descriptor: Int32
    var phase: Phase
    /// Closes the connection when the phase takes too long.
    var deadline: Reactor.Timer?
    /// Makes the answer.
    var task: Task<Void, Never>?

    init(id: Int, descriptor: Int32, headBytes: Int) {
        self.id = id
        self.descriptor = descriptor
        phase = .reading(StatusHeadReader(limit: headBytes))
    }
}
