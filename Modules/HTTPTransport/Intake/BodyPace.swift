import NIOCore

/// How fast the body of one request arrives.
struct BodyPace {
    private let start: NIODeadline
    private var rate: TransferRate
    private var bytes = 0

    init(now: NIODeadline) {
        start = now
        rate = TransferRate(now)
    }

    mutating func received(_ count: Int) {
        bytes &+= count
    }

    /// - Parameter isStopped: whether the socket is not read; then the client is not to blame.
    /// - Returns: whether the client is too slow, or has taken too long.
    mutating func isTooSlow(_ now: NIODeadline, isStopped: Bool, _ limits: IntakeLimits) -> Bool {
        if isStopped { rate.restart(now, at: bytes) }
        let isSlow = rate.isTooSlow(now, count: bytes, bytes: limits.bodyBytesPerWindow, in: limits.rateWindow)
        return isSlow || now >= start + limits.bodyTime
    }
}
