import NIOCore

/// Something with time limits, which `ConnectionService` checks once a tick. Lives on an event loop.
protocol TimeoutChecking: AnyObject {
    func checkTime(_ now: NIODeadline)
    /// Whether an answer is still on its way to the socket.
    var isSending: Bool { get }
}
