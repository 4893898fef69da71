package import Domain
package import UseCases

/// A stock command that a request has been turned into, and the response to its outcome.
///
/// A ready plan runs on the event loop without a task: on the busiest routes, a task costs more than the rest of the
/// request. Any other plan runs in a task.
package struct CommandPlan: Sendable {
    /// Whether `submit` may be called: every name in the command is known.
    package let isReady: Bool
    /// Sends the command; its outcome arrives in the mailbox under the given number.
    package let submit: @Sendable (OutcomeMailbox, UInt64) -> Void
    /// Renders the outcome. Throws what a handler may throw.
    package let answer: @Sendable (Result<Outcome, ServiceFailure>) throws -> APIResponse
    /// Runs the command and renders its outcome in the current task. Throws what a handler may throw.
    package let run: @Sendable () async throws -> APIResponse

    /// - Parameters:
    ///   - explain: the error to report for a failure; by default the failure itself.
    ///   - render: the response to a success.
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
