public import Domain
import Synchronization
public import UseCases

/// Sends a command to a new mailbox and waits for its outcome.
/// - Parameter send: submits the command with the mailbox and the number that it is given.
public func outcomeByMailbox(
    _ send: (OutcomeMailbox, UInt64) -> Void
) async -> Result<Outcome, ServiceFailure> {
    await withCheckedContinuation { continuation in
        let number: UInt64 = 7
        let reader = MailboxReader { outcomes in
            precondition(outcomes.map(\.number) == [number], "expected one outcome, with the number of the command")
            continuation.resume(returning: outcomes[0].outcome)
        }
        let mailbox = OutcomeMailbox { reader.read() }
        reader.own(mailbox)
        send(mailbox, number)
    }
}

extension CommandStore {
    public func submitByMailbox(
        _ command: Command, actor: String, once: Once<Outcome>? = nil
    ) async throws(ServiceFailure) -> Outcome {
        try await outcomeByMailbox { submit(command, actor: actor, once: once, to: $0, number: $1) }.get()
    }
}

/// Owns a mailbox until it has been read once.
private final class MailboxReader: Sendable {
    private let mailbox = Mutex<OutcomeMailbox?>(nil)
    private let onOutcomes: @Sendable ([OutcomeMailbox.NumberedOutcome]) -> Void

    init(_ onOutcomes: @escaping @Sendable ([OutcomeMailbox.NumberedOutcome]) -> Void) {
        self.onOutcomes = onOutcomes
    }

    func own(_ mailbox: OutcomeMailbox) { self.mailbox.withLock { $0 = mailbox } }

    func read() {
        guard let mailbox = mailbox.withLock({ $0.take() }) else { return }
        onOutcomes(mailbox.takeAll())
    }
}
