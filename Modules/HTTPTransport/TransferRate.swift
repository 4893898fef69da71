import NIOCore

/// Whether bytes move fast enough, measured by a count that only grows.
struct TransferRate {
    private var since: NIODeadline
    private var count = 0

    init(_ now: NIODeadline) {
        since = now
    }

    /// Begins a new window, because the client was not the slow side.
    mutating func restart(_ now: NIODeadline, at count: Int) {
        since = now
        self.count = count
    }

    /// - Parameters:
    ///   - count: all bytes until now.
    ///   - bytes: the number that must move in each window.
    /// - Returns: true when a whole window is over and fewer have moved.
    mutating func isTooSlow(_ now: NIODeadline, count: Int, bytes: Int, in window: TimeAmount) -> Bool {
        guard now >= since + window else { return false }
        let moved = count - self.count
        restart(now, at: count)
        return moved < bytes
    }
}
