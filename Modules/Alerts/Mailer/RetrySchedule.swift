/// When a digest that could not be delivered is tried again.
///
/// Exponential with jitter, so that many mailers and many digests do not come back at the same moment. Pauses triple: the
/// first tries are seconds apart, for a server that restarts; ten of them last more than an hour, for one that is moved.
public struct RetrySchedule: Sendable {
    /// Tries in all; the last one's failure is final until an operator asks for more.
    public static let attempts = 10
    private static let factor = 3
    private static let longest = Duration.seconds(1_800)
    /// A pause is this part of its length shorter or longer at most.
    private static let jitter = 0.2

    /// The first pause.
    private let first: Duration

    public init(first: Duration = .seconds(1)) {
        self.first = first
    }

    /// - Parameters:
    ///   - attempt: how many tries have failed, 1 or more.
    ///   - random: 0 ..< 1.
    /// - Returns: nil after the last try.
    public func pause(afterAttempt attempt: Int, random: Double) -> Duration? {
        guard attempt < Self.attempts else { return nil }
        var pause = first
        for _ in 1..<max(attempt, 1) where pause < Self.longest { pause *= Self.factor }
        // To the microsecond: a duration is not multiplied by a fraction.
        let share = 1 - Self.jitter + 2 * Self.jitter * random
        let microseconds = Double(min(pause, Self.longest) / .microseconds(1))
        return .microseconds(Int64((microseconds * share).rounded()))
    }
}
