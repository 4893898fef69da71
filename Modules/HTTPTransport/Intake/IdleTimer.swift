import NIOCore

/// When to close a connection that waits for a request, or for the rest of a head.
///
/// It has no clock. While a request is served, other limits hold (`RequestIntake.checkTime`).
struct IdleTimer {
    enum Stage {
        /// Between requests.
        case idle
        /// A head has begun, or a handshake.
        case head
        /// A request is served.
        case busy
        /// Our side is closed. What still comes is discarded: to close with bytes unread would make the kernel take
        /// back what was sent last.
        case lingering
    }

    enum Timeout: Equatable {
        case none
        /// Check the time limits of the requests.
        case checkRequests
        case close
        /// Close: a head has not come in its time.
        case closeSlowHead
    }

    struct Limits {
        let idleTime: TimeAmount
        let headTime: TimeAmount
        let lingerTime: TimeAmount

        init(_ limits: TransportLimits) {
            idleTime = TimeAmount(limits.idleTime)
            headTime = TimeAmount(limits.headTime)
            lingerTime = TimeAmount(limits.lingerTime)
        }
    }

    /// Whether any byte between requests begins a head. In HTTP/2 it may be a PING.
    var bytesBeginHeads = true
    private let limits: Limits
    private var stage = Stage.idle
    private var deadline: NIODeadline

    init(_ limits: Limits, now: NIODeadline) {
        self.limits = limits
        deadline = now + limits.idleTime
    }

    /// Whether the next bytes begin a head; then `headBegan` is due.
    var awaitsHead: Bool { stage == .idle && bytesBeginHeads }

    var isLingering: Bool { stage == .lingering }

    mutating func headBegan(now: NIODeadline) {
        guard awaitsHead else { return }
        stage = .head
        deadline = now + limits.headTime
    }

    mutating func becameIdle(now: NIODeadline) {
        guard stage != .lingering else { return }
        stage = .idle
        deadline = now + limits.idleTime
    }

    mutating func becameBusy() {
        guard stage != .lingering else { return }
        stage = .busy
    }

    mutating func linger(now: NIODeadline) {
        guard stage != .lingering else { return }
        stage = .lingering
        deadline = now + limits.lingerTime
    }

    /// - Parameter isSending: whether answers are still on their way to the socket.
    func checkTime(_ now: NIODeadline, isSending: Bool) -> Timeout {
        if stage == .busy || isSending && stage != .lingering { return .checkRequests }
        guard now >= deadline else { return .none }
        return stage == .head ? .closeSlowHead : .close
    }
}
