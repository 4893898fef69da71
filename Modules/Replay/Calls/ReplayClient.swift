/// Sends calls, counts them, and retries where that is safe.
struct ReplayClient: Sendable {
    /// The outcome of one attempt.
    enum AttemptOutcome: Sendable {
        case answered(ReplayAnswer, RetryRules.Verdict)
        /// No complete response arrived; holds the reason.
        case lost(String)
    }

    let transport: any ReplayTransport
    let tally: ReplayTally
    /// Waits between attempts: the clock's sleep, or a test's replacement.
    let wait: @Sendable (Duration) async throws -> Void

    /// Sends once.
    /// - Throws: `CancellationError` only.
    func attempt(_ request: ReplayRequest) async throws -> AttemptOutcome {
        try Task.checkCancellation()
        tally.count { $0.requests += 1 }
        do {
            let answer = try await transport.send(request)
            if answer.status >= 500 { tally.count { $0.serverErrors += 1 } }
            return .answered(answer, RetryRules.verdict(answer, code: answer.code))
        } catch {
            // A cancelled call fails with an error of the HTTP client's own type.
            try Task.checkCancellation()
            tally.count { $0.connectionErrors += 1 }
            return .lost("\(error)")
        }
    }

    /// Sends until a response is final, and returns the last one if none is. Only for calls that are safe to repeat.
    /// - Throws: ``ReplayFailure`` with `unreachable` if the last attempt had no response; `CancellationError`.
    func repeating(_ request: ReplayRequest) async throws -> ReplayAnswer {
        var number = 1
        while true {
            let outcome = try await attempt(request)
            if case .answered(let answer, .final) = outcome { return answer }
            if try await pause(afterAttempt: number, outcome) {
                number += 1
                continue
            }
            switch outcome {
            case .answered(let answer, _): return answer
            case .lost(let reason):
                throw ReplayFailure(.unreachable, "\(request.method.rawValue) \(request.path): no answer: \(reason)")
            }
        }
    }

    /// Waits as the rules say. Returns false if that was the last attempt.
    func pause(afterAttempt number: Int, _ outcome: AttemptOutcome) async throws -> Bool {
        var retryAfterSeconds: Int?
        if case .answered(let answer, _) = outcome { retryAfterSeconds = answer.retryAfterSeconds }
        let jitter = Double.random(in: 0...1)
        guard
            let duration = RetryRules.wait(
                afterAttempt: number,
                retryAfterSeconds: retryAfterSeconds,
                jitter: jitter
            )
        else { return false }
        tally.count { $0.retries += 1 }
        try await wait(duration)
        return true
    }
}
