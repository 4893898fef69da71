import UseCases

/// What a try means for a digest: a pure function of the digest, the report and the schedule.
struct DigestVerdict: Hashable {
    let delivered: [String]
    let refused: [String]
    let outcome: DigestOutcome

    /// How much of the mail servers' words is kept, in characters.
    private static let wordLimit = 1_000

    /// - Parameter random: 0 ..< 1, for the pause's jitter.
    init(_ report: DeliveryReport, on digest: AlertDigest, schedule: RetrySchedule, random: Double) {
        let pending = Set(digest.pending)
        delivered = report.delivered.filter(pending.contains)
        let refusals = report.refused.filter { pending.contains($0.recipient) }
        refused = refusals.map(\.recipient)
        let done = Set(delivered + refused)
        let remaining = digest.pending.filter { !done.contains($0) }
        let refusalWords = refusals.map { "\($0.recipient): \($0.words)" }
        let words = { (more: [String]) in
            String((more + refusalWords).joined(separator: "; ").prefix(Self.wordLimit))
        }

        if remaining.isEmpty {
            if refused.isEmpty, digest.refused.isEmpty {
                outcome = .sent
            } else {
                let earlier =
                    refused.isEmpty ? ["refused in an earlier try: " + digest.refused.joined(separator: ", ")] : []
                outcome = .failed(lastError: words(earlier))
            }
            return
        }
        let delay =
            report.delay ?? DeliveryReport.Delay(.email, words: "not taken for " + remaining.joined(separator: ", "))
        if let pause = schedule.pause(afterAttempt: digest.attempts + 1, random: random) {
            outcome = .retry(after: pause, lastError: words([delay.words]), kind: delay.kind)
        } else {
            outcome = .failed(lastError: words(["given up after \(digest.attempts + 1) tries: \(delay.words)"]))
        }
    }
}
