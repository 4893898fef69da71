/// The wait before the next attempt to connect: it doubles from `first` to `ceiling`, and loses up to half at random, so
/// that the processes of a fleet do not reconnect at the same moment.
struct RedisBackoff: Sendable {
    /// A server that was only restarted is back in tens of milliseconds.
    static let first: Duration = .milliseconds(50)
    /// A server that has recovered is noticed within a second.
    static let ceiling: Duration = .seconds(1)

    private(set) var failures = 0

    /// Counts a failure and returns the wait that follows it.
    /// - Parameter random: 0 ..< 1.
    mutating func next(random: Double) -> Duration {
        // 2^5 times the first wait is above the ceiling; a larger exponent could overflow.
        let doubled = Self.first * (1 << min(failures, 5))
        failures += 1
        return min(doubled, Self.ceiling) * (1 - random / 2)
    }

    mutating func reset() {
        failures = 0
    }
}
