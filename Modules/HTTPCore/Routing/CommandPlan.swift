package import Domain
package import UseCases

/// What a request wants of the stock once it has been read: a command, and the answer to its outcome.
///
/// A plan that is ready runs on its event loop without a task: on the busiest routes tasks cost more than all else that
/// is done for a request. Any other plan is run by a task.
package struct CommandPlan: Sendable {
    /// Whether `submit` may be called: every name in the command is known.
    package let isReady: Bool
    /// Sends the command; its outcome arrives in the mailbox under the number.
    package let submit: @Sendable (OutcomeMailbox, UInt64) -> Void
    /// Makes the answer of the outcome. Throws what a handler may throw.
    package let answer: @Sendable (Result<Outcome, ServiceFailure>) throws -> APIResponse
    /// Does it all in a task. Throws what a handler may throw.
    package let run: @Sendable () async throws -> APIResponse

    /// - Parameters:
    ///   - explain: the error to answer for a failure; the failure itself unless the route knows more.
    ///   - render: the answer to a success.
    @inlinable
    package init<Value>(
        _ command: PreparedCommand<Value>,
        explain: @escaping @Sendable (ServiceFailure) -> any Error = { $0 },
        render: @escaping @Sendable (Value) -> APIResponse
    ) {
        isReady = command.isReady
        submit = { command.submit(to: $0, number: $1) }
        answer = { outcome in
            do throws(ServiceFailure) {
                return render(try command.value(of: outcome))
            } catch {
                throw explain(error)
            }
        }
        run = {
            do throws(ServiceFailure) {
                return render(try await command.run())
            } catch {
                throw explain(error)
            }
        }
    }
}
