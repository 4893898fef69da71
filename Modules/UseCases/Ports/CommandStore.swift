public import Domain

/// Carries out commands durably. The only way in which stock changes.
public protocol CommandStore: Sendable {
    /// Returns when the command's effect is durable and published, or throws when it certainly has none
    /// (`.unavailable` alone says that this cannot be known).
    ///
    /// A command that has been taken is carried out even when the caller's task is cancelled.
    /// - Parameters:
    ///   - actor: who asks, for the ledger.
    ///   - once: makes it safe to ask again; nil when nobody will.
    /// - Throws: `.refused`, `.systemBusy`, `.unavailable`, `.internalFault`, and with `once` `.replayed` or `.keyReused`.
    func submit(_ command: Command, actor: String, once: Once<Outcome>?) async throws(ServiceFailure) -> Outcome

    /// The same for a caller without a task: the outcome, or the failure, comes into the mailbox under this number.
    func submit(
        _ command: Command, actor: String, once: Once<Outcome>?, to mailbox: OutcomeMailbox, number: UInt64)
}

extension CommandStore {
    public func submit(_ command: Command, actor: String) async throws(ServiceFailure) -> Outcome {
        try await submit(command, actor: actor, once: nil)
    }

    public func submit(
        _ command: Command, actor: String, once: Once<Outcome>?, to mailbox: OutcomeMailbox, number: UInt64
    ) {
        Task {
            let outcome: Result<Outcome, ServiceFailure>
            do throws(ServiceFailure) {
                outcome = .success(try await submit(command, actor: actor, once: once))
            } catch {
                outcome = .failure(error)
            }
            if mailbox.put(number, outcome) { mailbox.wake() }
        }
    }
}
