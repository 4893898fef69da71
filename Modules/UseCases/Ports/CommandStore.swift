public import Domain

/// Carries out commands durably. Stock changes in no other way.
public protocol CommandStore: Sendable {
    /// Returns when the command's effect is durable and published to the cache. Throws if it had no effect; only with
    /// `.unavailable` it is unknown whether it had one.
    ///
    /// An accepted command is carried out even if the caller's task is cancelled.
    /// - Parameters:
    ///   - actor: the caller's name for the ledger.
    ///   - once: makes the command safe to retry; nil without an idempotency key.
    /// - Throws: `.refused`, `.systemBusy`, `.unavailable`, `.internalFault`, and with `once` `.replayed` or
    ///   `.keyReused`.
    func submit(_ command: Command, actor: String, once: Once<Outcome>?) async throws(ServiceFailure) -> Outcome

    /// The same for a caller without a task: the outcome or the failure is delivered to the mailbox with this number.
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
            if mailbox.append(outcome, number: number) { mailbox.wake() }
        }
    }
}
