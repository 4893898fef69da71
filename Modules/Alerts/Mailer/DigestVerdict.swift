import UseCases

/// The outcome of one attempt to deliver a digest: a pure function of the digest, the report and the schedule.
struct DigestVerdict: Hashable {
    let delivered: [String]
    let refused: [String]
    let outcome: DigestOutcome

    /// How much of the mail server's replies is kept, in characters.
    private static let lengthLimit = 1_000

    /// - Parameter random: 0 ..< 1, for the pause's jitter.
    init(_ report: DeliveryReport, on digest: AlertDigest, schedule: RetrySchedule, random: Double) {
        let pending = Set(digest.pending)
        delivered = report.delivered.filter(pending.contains)
        let refusals = report.refused.filter { pending.contains($0.recipient) }
        refused = refusals.map(\.recipient)
        let done = Set(delivered + refused)
        let remaining = digest.pending.filter { !done.contains($0) }
        let refusalReasons = refusals.map { "\($0.recipient): \($0.reason)" }
        let lastError = { (more: [String]) in
            String((more + refusalReasons).joined(separator: "; ").prefix(Self.lengthLimit))
        }

        if remaining.isEmpty {
            if refused.isEmpty, digest.refused.isEmpty {
                outcome = .sent
            } else {
                let earlier =
                    refused.isEmpty ? ["refused in an earlier attempt: " + digest.refused.joined(separator: ", ")] : []
                outcome = .failed(lastError: lastError(earlier))
            }
            return
        }
        let delay =
            report.delay
            ?? DeliveryReport.Delay(.email, reason: "not accepted for " + remaining.joined(separator: ", "))
        if let pause = schedule.pause(afterAttempt: digest.attempts + 1, random: random) {
            outcome = .retry(after: pause, lastError: lastError([delay.reason]), kind: delay.kind)
        } else {
            outcome = .failed(lastError: lastError(["given up after \(digest.attempts + 1) tries: \(delay.reason)"]))
        }
    }
}
