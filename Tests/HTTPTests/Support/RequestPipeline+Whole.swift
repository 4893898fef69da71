import HTTPTypes
import TestSupport

@testable import HTTP

extension RequestPipeline {
    /// Answers as a connection does: without a task where the whole body is here and the route has a planner.
    func respond(to head: HTTPRequest, isLocal: Bool = false, body: any RequestBody) async throws -> APIResponse {
        let context = context(of: head, isLocal: isLocal)
        guard let whole = body as? ArrivedBody else { return try await respond(to: head, in: context, body: body) }
        switch plan(head, in: context, whole.bytes) {
        case .task: return try await respond(to: head, in: context, body: body)
        case .answered(let answer): return answer
        case .plan(let plan): return answer(plan, await outcomeByMailbox(plan.send), to: head, in: context)
        }
    }
}
