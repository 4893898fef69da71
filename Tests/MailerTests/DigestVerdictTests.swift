import Domain
import Testing
import UseCases

@testable import Alerts

/// The outcome of an attempt for a digest.
struct DigestVerdictTests {
    private static func digest(
        pending: [String] = ["a@x", "b@x"], refused: [String] = [], attempts: Int = 0
    ) -> AlertDigest {
        AlertDigest(
            id: EmailID(high: 1, low: 1), messageID: "<1@x>", recipients: ["a@x", "b@x"], pending: pending,
            refused: refused, attempts: attempts, createdAt: Instant(milliseconds: 0), lines: [])
    }

    private static func verdict(_ report: DeliveryReport, on digest: AlertDigest = digest()) -> DigestVerdict {
        DigestVerdict(report, on: digest, schedule: RetrySchedule(), random: 0.5)
    }

    @Test("a digest that all recipients have is sent")
    func sent() {
        let verdict = Self.verdict(DeliveryReport(delivered: ["b@x", "a@x"]))
        #expect(verdict.outcome == .sent && Set(verdict.delivered) == ["a@x", "b@x"])
    }

    @Test("a permanently refused recipient fails the digest with the server's reply, and the others have it")
    func refused() {
        let report = DeliveryReport(delivered: ["a@x"], refused: [.init(recipient: "b@x", reason: "550 no such user")])
        let verdict = Self.verdict(report)
        #expect(verdict.outcome == .failed(lastError: "b@x: 550 no such user"))
        #expect(verdict.delivered == ["a@x"] && verdict.refused == ["b@x"])
    }

    @Test("while a recipient may still get the email, another's refusal is not final")
    func refusedAndLater() {
        let report = DeliveryReport(
            refused: [.init(recipient: "b@x", reason: "550 no")], delay: .init(.email, reason: "451 later"))
        let verdict = Self.verdict(report)
        #expect(
            verdict.outcome == .retry(after: .seconds(1), lastError: "451 later; b@x: 550 no", kind: .email))
        // The digest fails in the end, even if the last attempt succeeds.
        let last = Self.verdict(
            DeliveryReport(delivered: ["a@x"]), on: Self.digest(pending: ["a@x"], refused: ["b@x"], attempts: 1))
        #expect(last.outcome == .failed(lastError: "refused in an earlier attempt: b@x"))
    }

    @Test("a recipient missing from the report counts as not delivered")
    func silent() {
        let verdict = Self.verdict(DeliveryReport(delivered: ["a@x", "stranger@x"]))
        #expect(verdict.delivered == ["a@x"])
        #expect(verdict.outcome == .retry(after: .seconds(1), lastError: "not accepted for b@x", kind: .email))
    }

    @Test("the tenth failure is final")
    func tenth() {
        let report = DeliveryReport(delay: .init(.server, reason: "connection refused"))
        guard case .retry = Self.verdict(report, on: Self.digest(attempts: 8)).outcome else {
            Issue.record("the ninth failure is not final")
            return
        }
        let verdict = Self.verdict(report, on: Self.digest(attempts: 9))
        #expect(verdict.outcome == .failed(lastError: "given up after 10 tries: connection refused"))
    }

    @Test("pauses triple up to half an hour, a fifth shorter or longer")
    func pauses() {
        let schedule = RetrySchedule()
        let pauses = (1...9).map { schedule.pause(afterAttempt: $0, random: 0.5) }
        #expect(pauses == [1, 3, 9, 27, 81, 243, 729, 1_800, 1_800].map { .seconds($0) })
        #expect(schedule.pause(afterAttempt: 10, random: 0.5) == nil)
        #expect(schedule.pause(afterAttempt: 3, random: 0) == .milliseconds(7_200))
        let longest = schedule.pause(afterAttempt: 3, random: 0.999_999)
        #expect(longest.map { $0 > .seconds(10.7) && $0 < .seconds(10.8) } == true)
    }
}
