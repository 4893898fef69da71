package import Domain
package import UseCases

/// What a request wants of the stock, once it has been read: a command to send, and what is answered to its outcome.
///
/// A route that has one runs on its event loop without a task: on the busiest routes tasks cost more than all else that
/// is done for a request.
package struct CommandPlan: Sendable {
    /// Sends the command; what comes of it goes into the mailbox under the number.
    package let send: @Sendable (OutcomeMailbox, UInt64) -> Void
    /// Makes the answer.
    /// - Throws: what a handler may throw.
    package let answer: @Sendable (Result<Outcome, ServiceFailure>) throws -> APIResponse

    package init(
        send: @escaping @Sendable (OutcomeMailbox, UInt64) -> Void,
        answer: @escaping @Sendable (Result<Outcome, ServiceFailure>) throws -> APIResponse
    ) {
        self.send = send
        self.answer = answer
    }
}

extension Endpoint {
    /// What is to be done for a request that needs no task.
    package enum Plan: Sendable {
        case command(CommandPlan)
        case read(ReadPlan)
    }

    /// Reads a request as far as it can be done without waiting; nil when the handler has to do it, which may wait.
    /// - Throws: what a handler may throw.
    package typealias Planner = @Sendable (APIRequest) throws -> Plan?
}
