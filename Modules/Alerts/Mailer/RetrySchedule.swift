/// When delivery of a digest is attempted again after a failure.
///
/// Exponential with jitter, so that mailers and digests do not retry all at once. Pauses triple: the first attempts are
/// seconds apart, for a server that restarts; ten of them span more than an hour, for one that is moved.
public struct RetrySchedule: Sendable {
    /// Attempts in all. The failure of the last one is final until an operator requeues the digest.
    public static let attempts = 10
    private static let factor = 3
    private static let longest = Duration.seconds(1_800)
    /// A pause is at most this fraction shorter or longer.
    private static let jitter = 0.2

    /// The first pause.
    private let first: Duration

    public init(first: Duration = .seconds(1)) {
        self.first = first
    }

    /// - Parameters:
    ///   - attempt: how many attempts have failed, 1 or more.
    ///   - random: 0 ..< 1.
    /// - Returns: nil after the last attempt.
    public func pause(afterAttempt attempt: Int, random: Double) -> Duration? {
        guard attempt < Self.attempts else { return nil }
        var pause = first
        for _ in 1..<max(attempt, 1) where pause < Self.longest { pause *= Self.factor }
        // Rounded to whole microseconds.
        let share = 1 - Self.jitter + 2 * Self.jitter * random
        let microseconds = Double(min(pause, Self.longest) / .microseconds(1))
        return .microseconds(Int64((microseconds * share).rounded()))
    }
}
