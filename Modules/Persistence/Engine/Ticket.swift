import Domain
import UseCases

/// One command on its way: what is wanted, by whom, and who waits for the answer.
///
/// A class: it is handed from queue to batch to lane many times, and one reference is cheaper to move than its parts.
final class Ticket: Sendable {
    let command: Command
    let actor: String
    /// Makes it safe to ask again; nil when the caller gave no key.
    let once: Once<Outcome>?
    /// The records to hold: those that the command names, or those of the order's pending reservations.
    let records: [RecordReference]
    let submittedAt: ContinuousClock.Instant
    /// How often the order turned out to have further records.
    let rounds: Int
    private let continuation: CheckedContinuation<Result<Outcome, ServiceFailure>, Never>

    init(
        command: Command, actor: String, once: Once<Outcome>?, records: [RecordReference],
        submittedAt: ContinuousClock.Instant,
        rounds: Int = 0, continuation: CheckedContinuation<Result<Outcome, ServiceFailure>, Never>
    ) {
        self.command = command
        self.actor = actor
        self.once = once
        self.records = records
        self.submittedAt = submittedAt
        self.rounds = rounds
        self.continuation = continuation
    }

    /// The same command for one more round, with further records.
    func adding(_ further: [RecordReference]) -> Ticket {
        Ticket(
            command: command, actor: actor, once: once, records: records + further, submittedAt: submittedAt,
            rounds: rounds + 1, continuation: continuation)
    }

    func answer(_ result: Result<Outcome, ServiceFailure>) {
        continuation.resume(returning: result)
    }
}

typealias QueuedCommand = CommandQueue<Ticket>.Item
