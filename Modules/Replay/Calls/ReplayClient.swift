/// Calls with counting and, where it is safe, repeating.
struct ReplayClient: Sendable {
    /// What came of one try.
    enum Try: Sendable {
        case answered(ReplayAnswer, RetryRules.Verdict)
        /// No whole answer; says why.
        case lost(String)
    }

    let transport: any ReplayTransport
    let tally: ReplayTally
    /// Waits between tries: the real clock's sleep, or what a test puts there.
    let wait: @Sendable (Duration) async throws -> Void

    /// Sends once.
    /// - Throws: `CancellationError` only.
    func attempt(_ request: ReplayRequest) async throws -> Try {
        try Task.checkCancellation()
        tally.count { $0.requests += 1 }
        do {
            let answer = try await transport.send(request)
            if answer.status >= 500 { tally.count { $0.serverErrors += 1 } }
            return .answered(answer, RetryRules.verdict(answer, code: answer.code))
        } catch {
            // A cancelled call ends in an error of the client's own kind.
            try Task.checkCancellation()
            tally.count { $0.connectionErrors += 1 }
            return .lost("\(error)")
        }
    }

    /// Sends until there is an answer that stands, or the last try's. Only for calls that do no harm when they act twice.
    /// - Throws: ``ReplayFailure`` with `unreachable` when the last try had no answer; `CancellationError`.
    func repeating(_ request: ReplayRequest) async throws -> ReplayAnswer {
        var number = 1
        while true {
            let outcome = try await attempt(request)
            if case .answered(let answer, .final) = outcome { return answer }
            if try await pause(afterTry: number, outcome) {
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

    /// Waits as the rules say. False when that was the last try.
    func pause(afterTry number: Int, _ outcome: Try) async throws -> Bool {
        var retryAfterSeconds: Int?
        if case .answered(let answer, _) = outcome { retryAfterSeconds = answer.retryAfterSeconds }
        let jitter = Double.random(in: 0...1)
        guard
            let duration = RetryRules.wait(
                afterTry: number,
                retryAfterSeconds: retryAfterSeconds,
                jitter: jitter
            )
        else { return false }
        tally.count { $0.retries += 1 }
        try await wait(duration)
        return true
    }
}
