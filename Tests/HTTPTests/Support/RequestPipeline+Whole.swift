import HTTPTypes
import TestSupport
import UseCases

@testable import HTTP

extension RequestPipeline {
    /// Answers as a connection does: without a task where the whole body is here and the route has a planner.
    func respond(to head: HTTPRequest, isLocal: Bool = false, body: any RequestBody) async throws -> APIResponse {
        let context = context(of: head, isLocal: isLocal)
        guard let whole = body as? BufferedBody else { return try await respond(to: head, in: context, body: body) }
        switch plan(head, in: context, whole.bytes) {
        case .task: return try await respond(to: head, in: context, body: body)
        case .answered(let answer): return answer
        case .plan(.command(let plan)):
            return answer(plan, await outcomeByMailbox(plan.send), to: head, in: context)
        case .plan(.read(let plan)):
            var questions = CacheQuestions()
            questions.append(plan.question)
            let answers = await withCheckedContinuation { continuation in
                plan.reader.ask(questions) { continuation.resume(returning: $0) }
            }
            switch proceed(plan, CacheFinding(answers, question: 0), to: head, in: context) {
            case .answer(let answer): return answer
            case .load(let load): return await answer(loading: load, to: head, in: context)
            }
        }
    }
}
