public import Domain

/// A use case that one command carries out: the command, and what its outcome means to the caller.
///
/// A caller with a task calls `run`. An event loop, which must not wait, checks `isReady`, calls `submit`, and passes
/// the outcome to `value` when it arrives in the mailbox.
public struct PreparedCommand<Value: Sendable>: Sendable {
    /// Where the command comes from.
    public enum Source: Sendable {
        /// Every name in it is known.
        case ready(Command)
        /// Some names must be looked up first.
        case lookup(@Sendable () async throws(ServiceFailure) -> Command)
    }

    @usableFromInline let source: Source
    @usableFromInline let store: any CommandStore
    @usableFromInline let actor: String
    @usableFromInline let once: Once<Outcome>?
    @usableFromInline let interpret: @Sendable (Result<Outcome, ServiceFailure>) throws(ServiceFailure) -> Value

    /// - Parameters:
    ///   - actor: the caller's name for the ledger.
    ///   - once: makes it safe to send the request again; nil without an idempotency key.
    ///   - interpret: called once with the command's outcome. It also counts the use case's own figures.
    @inlinable
    public init(
        _ source: Source, store: any CommandStore, actor: String, once: Once<Outcome>?,
        interpret: @escaping @Sendable (Result<Outcome, ServiceFailure>) throws(ServiceFailure) -> Value
    ) {
        self.source = source
        self.store = store
        self.actor = actor
        self.once = once
        self.interpret = interpret
    }

    /// Whether `submit` may be called.
    @inlinable public var isReady: Bool {
        if case .ready = source { true } else { false }
    }

    /// Sends the command; its outcome arrives in the mailbox under the number.
    /// - Precondition: `isReady`.
    @inlinable
    public func submit(to mailbox: OutcomeMailbox, number: UInt64) {
        guard case .ready(let command) = source else { preconditionFailure("the command's names are not known yet") }
        store.submit(command, actor: actor, once: once, to: mailbox, number: number)
    }

    /// The use case's result. Call it once for each command that was sent.
    /// - Throws: the failure, or `.internalFault` for an outcome of another kind of command.
    @inlinable
    public func value(of outcome: Result<Outcome, ServiceFailure>) throws(ServiceFailure) -> Value {
        try interpret(outcome)
    }

    /// Looks up names if necessary, carries out the command, and returns the use case's result.
    /// - Throws: the errors of the lookup and of `CommandStore.submit`.
    @inlinable
    public func run() async throws(ServiceFailure) -> Value {
        let command: Command
        switch source {
        case .ready(let known): command = known
        case .lookup(let find): command = try await find()
        }
        let outcome: Result<Outcome, ServiceFailure>
        do throws(ServiceFailure) {
            outcome = .success(try await store.submit(command, actor: actor, once: once))
        } catch {
            outcome = .failure(error)
        }
        return try interpret(outcome)
    }
}
