package import Domain
package import HTTPTypes
package import NIOCore
package import UseCases

/// The way of a request that needs no task: it is read, its command is sent or the cache is asked, and when the outcome
/// is there it is answered, each on the event loop of its connection.
extension RequestPipeline {
    package enum Planned {
        /// `respond` has to do it.
        case task
        case answered(APIResponse)
        case plan(Endpoint.Plan)
    }

    /// Reads a request whose whole body is here.
    package func plan(_ head: HTTPRequest, in context: Context, _ bytes: ByteBuffer) -> Planned {
        guard case .endpoint(let index, let values) = context.match, let planner = table.endpoints[index].planner else {
            return .task
        }
        let endpoint = table.endpoints[index]
        do {
            guard let actor = try authorizeNow(head, for: endpoint) else { return .task }
            let parameters = try endpoint.path.parameters(values)
            _ = try IdempotencyKey.text(of: head)
            let body = try collectNow(bytes, endpoint.body, head.headerFields)
            guard let plan = try planner(try request(head, context, parameters, body, actor: actor)) else {
                return .task
            }
            return .plan(plan)
        } catch {
            return .answered(complete(answer(to: error, in: context), to: head, in: context))
        }
    }

    /// The answer to a plan's outcome.
    package func answer(
        _ plan: CommandPlan, _ outcome: Result<Outcome, ServiceFailure>, to head: HTTPRequest, in context: Context
    ) -> APIResponse {
        let response: APIResponse
        do {
            response = try plan.answer(outcome)
        } catch {
            response = answer(to: error, in: context)
        }
        return complete(response, to: head, in: context)
    }
    /// What becomes of a read with what the cache had; an answer is complete.
    package func proceed(
        _ plan: ReadPlan, _ finding: CacheFinding, to head: HTTPRequest, in context: Context
    ) -> ReadPlan.Step {
        do {
            let step = try plan.proceed(finding)
            guard case .answer(let response) = step else { return step }
            return .answer(complete(response, to: head, in: context))
        } catch {
            return .answer(complete(answer(to: error, in: context), to: head, in: context))
        }
    }

    /// The answer from the database.
    package func answer(
        loading load: @Sendable () async throws -> APIResponse, to head: HTTPRequest, in context: Context
    ) async -> APIResponse {
        do {
            return complete(try await load(), to: head, in: context)
        } catch {
            return complete(answer(to: error, in: context), to: head, in: context)
        }
    }
}
