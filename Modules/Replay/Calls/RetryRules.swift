/// When and how often a call is sent again. Pure: no clock, no random numbers of its own.
struct RetryRules: Equatable, Sendable {
    /// Tries of one call, the first included. With the waits below it is 16 ... 27 s: a server's restart.
    static let maximumTries = 10
    static let firstWait = Duration.milliseconds(100)
    static let longestWait = Duration.seconds(5)
    /// A server that asks for more is asked again after this anyway.
    static let longestRetryAfter = Duration.seconds(10)

    /// What an answer means for the call.
    enum Verdict: Equatable, Sendable {
        /// It stands; the caller reads it.
        case final
        /// The server says that nothing was done and to come back.
        case busy
        /// The server may or may not have acted.
        case unclear
    }

    static func verdict(_ answer: ReplayAnswer, code: String?) -> Verdict {
        switch answer.status {
        case 429: .busy
        // `unavailable` may be a commit whose answer the server itself lost; `system_busy` did not begin.
        case 503: code == "system_busy" ? .busy : .unclear
        // A proxy's words for a server that did not answer it.
        case 502, 504: .unclear
        case 409: code == "idempotency_in_progress" ? .unclear : .final
        default: .final
        }
    }

    /// How long to wait after a try (the first is 1); nil when it was the last.
    /// - Parameter jitter: 0 ... 1, spreads waits between half and whole, so that callers do not come back all at once.
    static func wait(afterTry number: Int, retryAfterSeconds: Int?, jitter: Double) -> Duration? {
        guard number < maximumTries else { return nil }
        if let seconds = retryAfterSeconds, seconds >= 0 {
            return min(.seconds(min(seconds, 3_600)), longestRetryAfter)
        }
        let whole = min(firstWait * (1 << min(number - 1, 10)), longestWait)
        return whole * (0.5 + 0.5 * min(max(jitter, 0), 1))
    }
}
