/// How long to wait before the next attempt to connect: it doubles from `first` to `ceiling`, less up to half of it at
/// random, so that the processes of a fleet do not come back in step.
struct RedisBackoff: Sendable {
    /// A server that was only restarted is back in tens of milliseconds.
    static let first: Duration = .milliseconds(50)
    /// Nobody should notice a recovered server later than a second after.
    static let ceiling: Duration = .seconds(1)

    private(set) var failures = 0

    /// Counts a failure and tells the wait that follows it.
    /// - Parameter random: 0 ..< 1.
    mutating func next(random: Double) -> Duration {
        // 2^5 times the first wait is above the ceiling; the exponent must not grow on.
        let doubled = Self.first * (1 << min(failures, 5))
        failures += 1
        return min(doubled, Self.ceiling) * (1 - random / 2)
    }

    mutating func reset() {
        failures = 0
    }
}
