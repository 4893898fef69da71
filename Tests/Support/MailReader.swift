public import Domain
import Synchronization
public import UseCases

/// Sends a command with a private mailbox and waits for the outcome.
/// - Parameter send: receives the mailbox and the number of the reply.
public func outcomeByMailbox(
    _ send: (OutcomeMailbox, UInt64) -> Void
) async -> Result<Outcome, ServiceFailure> {
    await withCheckedContinuation { continuation in
        let number: UInt64 = 7
        let reader = MailReader { letters in
            precondition(letters.map(\.number) == [number], "expected one reply with the number of the request")
            continuation.resume(returning: letters[0].outcome)
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
private final class MailReader: Sendable {
    private let mailbox = Mutex<OutcomeMailbox?>(nil)
    private let take: @Sendable ([OutcomeMailbox.Letter]) -> Void

    init(_ take: @escaping @Sendable ([OutcomeMailbox.Letter]) -> Void) {
        self.take = take
    }

    func own(_ mailbox: OutcomeMailbox) { self.mailbox.withLock { $0 = mailbox } }

    func read() {
        guard let mailbox = mailbox.withLock({ $0.take() }) else { return }
        take(mailbox.takeAll())
    }
}
