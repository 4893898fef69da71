import Domain
import UseCases

/// One command on its way: what is wanted, by whom, and who waits for the answer.
struct Ticket: Sendable {
    let command: Command
    let actor: String
    /// The records to hold: those that the command names, or those of the order's pending reservations.
    var records: [RecordReference]
    let submittedAt: ContinuousClock.Instant
    /// How often the order turned out to have further records.
    var rounds = 0
    private let continuation: CheckedContinuation<Result<Outcome, ServiceFailure>, Never>

    init(
        command: Command, actor: String, records: [RecordReference], submittedAt: ContinuousClock.Instant,
        continuation: CheckedContinuation<Result<Outcome, ServiceFailure>, Never>
    ) {
        self.command = command
        self.actor = actor
        self.records = records
        self.submittedAt = submittedAt
        self.continuation = continuation
    }

    func answer(_ result: Result<Outcome, ServiceFailure>) {
        continuation.resume(returning: result)
    }
}

typealias QueuedCommand = CommandQueue<Ticket>.Item
