/// When and how often a call is sent again. Pure: no clock, no random numbers of its own.
struct RetryRules: Equatable, Sendable {
    /// Attempts of one call, the first included. With the waits below they span 16 ... 27 s, enough for a server's
    /// restart.
    static let maximumAttempts = 10
    static let firstWait = Duration.milliseconds(100)
    static let longestWait = Duration.seconds(5)
    /// The longest Retry-After that is honoured; a longer one is cut to this.
    static let longestRetryAfter = Duration.seconds(10)

    /// What an answer means for the call.
    enum Verdict: Equatable, Sendable {
        /// It is final; the caller evaluates it.
        case final
        /// The server did nothing and asks to retry.
        case busy
        /// The server may or may not have acted.
        case unclear
    }

    static func verdict(_ answer: ReplayAnswer, code: String?) -> Verdict {
        switch answer.status {
        case 429: .busy
        // `unavailable` may be a commit whose result the server itself lost; `system_busy` means that nothing began.
        case 503: code == "system_busy" ? .busy : .unclear
        // A proxy's answer if the server did not respond to it.
        case 502, 504: .unclear
        case 409: code == "idempotency_in_progress" ? .unclear : .final
        default: .final
        }
    }

    /// How long to wait after an attempt (the first is 1); nil if it was the last.
    /// - Parameter jitter: 0 ... 1, scales the wait between half and whole, so that callers do not retry all at once.
    static func wait(afterAttempt number: Int, retryAfterSeconds: Int?, jitter: Double) -> Duration? {
        guard number < maximumAttempts else { return nil }
        if let seconds = retryAfterSeconds, seconds >= 0 {
            return min(.seconds(min(seconds, 3_600)), longestRetryAfter)
        }
        let whole = min(firstWait * (1 << min(number - 1, 10)), longestWait)
        return whole * (0.5 + 0.5 * min(max(jitter, 0), 1))
    }
}
