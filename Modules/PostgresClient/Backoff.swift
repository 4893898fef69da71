/// Pauses between attempts: they double from 50 ms to 2 s, and each loses up to half at random, so that the clients of a
/// recovered server do not all reconnect at once.
struct Backoff {
    static let first = Duration.milliseconds(50)
    static let longest = Duration.seconds(2)

    private(set) var failures = 0

    /// - Parameter random: In 0..<1.
    mutating func next(random: Double = .random(in: 0..<1)) -> Duration {
        let doubled = Self.first * (1 << min(failures, 10))
        failures += 1
        return min(doubled, Self.longest) * (0.5 + random / 2)
    }

    mutating func reset() { failures = 0 }
}
