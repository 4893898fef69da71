package import Domain
package import HTTPTypes
package import NIOCore
package import UseCases

/// Requests that need no task: the pipeline reads the request, sends its command or queries the cache, and answers when
/// the outcome arrives, all on the event loop of the connection.
extension RequestPipeline {
    package enum Planned {
        /// The request must go through `respond`.
        case task
        case answered(APIResponse)
        case command(CommandPlan)
        case read(ReadPlan, CacheQuestion)
    }

    /// Plans a request whose body has arrived completely.
    package func plan(_ head: HTTPRequest, in context: Context, _ bytes: ByteBuffer) -> Planned {
        guard case .endpoint(let index, let values) = context.match else { return .task }
        let endpoint = table.endpoints[index]
        do {
            switch endpoint.action {
            case .handler: return .task
            case .command(let plan):
                guard let request = try requestNow(head, context, endpoint, values, bytes) else { return .task }
                let command = try plan(request)
                return command.isReady ? .command(command) : .task
            case .read(let plan):
                guard let request = try requestNow(head, context, endpoint, values, bytes) else { return .task }
                let read = try plan(request)
                return read.question.map { .read(read, $0) } ?? .task
            }
        } catch {
            return .answered(complete(answer(to: error, in: context), to: head, in: context))
        }
    }

    /// The request as the handler sees it; nil when the caller can only be identified asynchronously.
    private func requestNow(
        _ head: HTTPRequest, _ context: Context, _ endpoint: Endpoint, _ values: [Substring], _ bytes: ByteBuffer
    ) throws -> APIRequest? {
        guard let actor = try actorNow(of: head, for: endpoint) else { return nil }
        let parameters = try endpoint.path.parameters(values)
        _ = try IdempotencyKey.text(of: head)
        let declared = try checkHeaders(head.headerFields, for: endpoint.body)
        let body = try accept(bytes, for: endpoint.body, declared: declared)
        return try request(head, context, parameters, body, actor: actor)
    }

    /// The response to a command's outcome.
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

    /// Runs work in the current task and renders its response.
    package func answer(
        running work: @Sendable () async throws -> APIResponse, to head: HTTPRequest, in context: Context
    ) async -> APIResponse {
        do {
            return complete(try await work(), to: head, in: context)
        } catch {
            return complete(answer(to: error, in: context), to: head, in: context)
        }
    }
}
