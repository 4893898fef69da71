import NIOCore

/// Whether bytes move fast enough, by a count that only grows.
struct TransferRate {
    private var since: NIODeadline
    private var count = 0

    init(_ now: NIODeadline) {
        since = now
    }

    /// Begins anew: it was not the caller who was slow.
    mutating func restart(_ now: NIODeadline, at count: Int) {
        since = now
        self.count = count
    }

    /// - Parameters:
    ///   - count: all bytes until now.
    ///   - bytes: how many must move in each window.
    /// - Returns: true when a whole window is over and fewer have moved.
    mutating func isTooSlow(_ now: NIODeadline, count: Int, bytes: Int, in window: TimeAmount) -> Bool {
        guard now >= since + window else { return false }
        let moved = count - self.count
        restart(now, at: count)
        return moved < bytes
    }
}
