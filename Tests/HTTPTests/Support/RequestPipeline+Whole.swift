import HTTPTypes
import TestSupport
import UseCases

@testable import HTTPCore
@testable import HTTPTransport

extension RequestPipeline {
    /// Responds as a connection does: without a task when the body has arrived and the route has a plan.
    func respond(to head: HTTPRequest, isLocal: Bool = false, body: any RequestBody) async throws -> APIResponse {
        let context = context(of: head, isLocal: isLocal)
        guard let whole = body as? BufferedBody else { return try await respond(to: head, in: context, body: body) }
        switch plan(head, in: context, whole.bytes) {
        case .task: return try await respond(to: head, in: context, body: body)
        case .answered(let answer): return answer
        case .command(let plan):
            return answer(plan, await outcomeByMailbox(plan.submit), to: head, in: context)
        case .read(let plan, let question):
            var questions = CacheQuestions()
            questions.append(question)
            let answers = await withCheckedContinuation { continuation in
                plan.cache.ask(questions) { continuation.resume(returning: $0) }
            }
            switch plan.resolve(answers, 0) {
            case .answer(let answer): return complete(answer, to: head, in: context)
            case .load(let load): return await answer(running: load, to: head, in: context)
            }
        }
    }
}
