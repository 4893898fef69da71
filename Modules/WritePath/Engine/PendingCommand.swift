import Domain
import UseCases

/// An admitted command with its records and the caller's reply.
///
/// A class: queue, batch and lane pass it on many times, and one reference is cheaper to move than its parts.
final class PendingCommand: Sendable {
    let command: Command
    let actor: String
    /// The idempotency key and how to encode the answer to keep; nil when the caller gave no key.
    let once: Once<Outcome>?
    /// The records to lock: those that the command names, or those of the order's pending reservations.
    let records: [RecordReference]
    let submittedAt: ContinuousClock.Instant
    /// How often the lane found further records of the order.
    let rounds: Int
    private let reply: Reply

    /// Where the outcome goes.
    enum Reply: Sendable {
        case task(CheckedContinuation<Result<Outcome, ServiceFailure>, Never>)
        case mailbox(OutcomeMailbox, number: UInt64, AdmissionControl)
    }

    init(
        command: Command, actor: String, once: Once<Outcome>?, records: [RecordReference],
        submittedAt: ContinuousClock.Instant,
        rounds: Int = 0, reply: Reply
    ) {
        self.command = command
        self.actor = actor
        self.once = once
        self.records = records
        self.submittedAt = submittedAt
        self.rounds = rounds
        self.reply = reply
    }

    /// The same command for one more round, with further records.
    func adding(_ further: [RecordReference]) -> PendingCommand {
        PendingCommand(
            command: command, actor: actor, once: once, records: records + further, submittedAt: submittedAt,
            rounds: rounds + 1, reply: reply)
    }

    func answer(_ result: Result<Outcome, ServiceFailure>) {
        switch reply {
        case .task(let continuation): continuation.resume(returning: result)
        case .mailbox(let mailbox, let number, let admission):
            admission.finish(command, result)
            admission.deliver(result, to: mailbox, number)
        }
    }
}

typealias QueuedCommand = CommandQueue<PendingCommand>.Item
