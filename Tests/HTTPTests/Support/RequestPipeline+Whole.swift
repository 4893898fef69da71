import Domain
import HTTPTypes
import Synchronization
import UseCases

@testable import HTTP

extension RequestPipeline {
    /// Answers as a connection does: without a task where the whole body is here and the route has a planner.
    func respond(to head: HTTPRequest, isLocal: Bool = false, body: any RequestBody) async throws -> APIResponse {
        let context = context(of: head, isLocal: isLocal)
        guard let whole = body as? ArrivedBody else { return try await respond(to: head, in: context, body: body) }
        switch plan(head, in: context, whole.bytes) {
        case .task: return try await respond(to: head, in: context, body: body)
        case .answered(let answer): return answer
        case .plan(let plan): return answer(plan, await outcome(of: plan), to: head, in: context)
        }
    }

    private func outcome(of plan: CommandPlan) async -> Result<Outcome, ServiceFailure> {
        await withCheckedContinuation { continuation in
            let number: UInt64 = 7
            let reader = MailReader { letters in
                precondition(letters.map(\.number) == [number], "one letter, of the number that was asked under")
                continuation.resume(returning: letters[0].outcome)
            }
            let mailbox = OutcomeMailbox { reader.read() }
            reader.own(mailbox)
            plan.send(mailbox, number)
        }
    }
}

/// Owns a mailbox until it was read once.
private final class MailReader: Sendable {
    private let mailbox: Mutex<OutcomeMailbox?>
    private let take: @Sendable ([OutcomeMailbox.Letter]) -> Void

    init(_ take: @escaping @Sendable ([OutcomeMailbox.Letter]) -> Void) {
        mailbox = Mutex(nil)
        self.take = take
    }

    func own(_ mailbox: OutcomeMailbox) { self.mailbox.withLock { $0 = mailbox } }

    func read() {
        guard let mailbox = mailbox.withLock({ $0.take() }) else { return }
        take(mailbox.takeAll())
    }
}
