/// How long to wait before the next attempt to connect: it doubles from `first` to `limit`, less up to half of it at
/// random, so that the clients of a server that recovered do not all reconnect at once.
package struct Backoff: Sendable {
    /// A server that was only restarted is back in tens of milliseconds.
    package static let first = Duration.milliseconds(50)

    package let limit: Duration
    private var failures = 0

    package init(limit: Duration) {
        self.limit = limit
    }

    /// Counts a failure and returns the wait that follows it.
    /// - Parameter random: 0 ..< 1.
    package mutating func next(random: Double = .random(in: 0..<1)) -> Duration {
        // 2^10 times the first wait is 51 s, above every limit in use; the exponent must not overflow.
        let doubled = Self.first * (1 << min(failures, 10))
        failures += 1
        return min(doubled, limit) * (1 - random / 2)
    }

    package mutating func reset() { failures = 0 }
}
