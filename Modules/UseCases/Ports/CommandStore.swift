public import Domain

/// Carries out commands durably. The only way in which stock changes.
public protocol CommandStore: Sendable {
    /// Returns when the command's effect is durable and published, or throws when it certainly has none
    /// (`.unavailable` alone says that this cannot be known).
    ///
    /// A command that has been taken is carried out even when the caller's task is cancelled.
    /// - Parameter actor: who asks, for the ledger.
    /// - Throws: `.refused`, `.systemBusy`, `.unavailable` or `.internalFault`.
    func submit(_ command: Command, actor: String) async throws(ServiceFailure) -> Outcome
}
