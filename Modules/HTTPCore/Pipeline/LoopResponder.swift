import Domain
package import HTTPTypes
package import NIOCore
import UseCases

/// Answers the requests of one event loop that need no task. Lives on the loop.
///
/// It keeps the stock away from the transport: outcomes of commands and answers of the cache arrive here, and the
/// transport gets finished answers.
package final class LoopResponder {
    /// Work of a request that has begun and does not need a task yet.
    package struct Waiting {
        fileprivate let work: Work
    }

    fileprivate enum Work {
        case command(CommandPlan)
        case read(ReadPlan, CacheQuestion)
    }

    package enum Start {
        case answer(APIResponse)
        /// `proceed` has to be called.
        case waiting(Waiting)
        /// `RequestPipeline.respond` has to be called, in a task.
        case task
    }

    package enum Step {
        case answer(APIResponse)
        /// The rest needs a task.
        case load(@Sendable () async -> APIResponse)
    }

    package let pipeline: RequestPipeline
    private let eventLoop: any EventLoop
    private lazy var mailbox = makeMailbox()
    private var receivers: [UInt64: (Result<Outcome, ServiceFailure>) -> Void] = [:]
    private var lastNumber: UInt64 = 0
    private let reads: CacheReadBatcher

    package init(_ pipeline: RequestPipeline, on eventLoop: any EventLoop) {
        self.pipeline = pipeline
        self.eventLoop = eventLoop
        reads = CacheReadBatcher(eventLoop: eventLoop)
    }

    /// Reads a request whose whole body is here.
    package func start(_ head: HTTPRequest, in context: RequestPipeline.Context, _ bytes: ByteBuffer) -> Start {
        switch pipeline.plan(head, in: context, bytes) {
        case .task: .task
        case .answered(let answer): .answer(answer)
        case .command(let plan): .waiting(Waiting(work: .command(plan)))
        case .read(let plan, let question): .waiting(Waiting(work: .read(plan, question)))
        }
    }

    /// Sends the command or asks the cache.
    /// - Parameter then: called once, on the loop.
    package func proceed(
        _ waiting: Waiting, _ head: HTTPRequest, in context: RequestPipeline.Context,
        then: @escaping (Step) -> Void
    ) {
        switch waiting.work {
        case .command(let plan):
            lastNumber += 1
            receivers[lastNumber] = { [pipeline] outcome in
                then(.answer(pipeline.answer(plan, outcome, to: head, in: context)))
            }
            plan.submit(mailbox, lastNumber)
        case .read(let plan, let question):
            reads.ask(question, of: plan.cache) { [pipeline] answers, number in
                switch plan.resolve(answers, number) {
                case .answer(let answer): then(.answer(pipeline.complete(answer, to: head, in: context)))
                case .load(let load):
                    then(.load { await pipeline.answer(running: load, to: head, in: context) })
                }
            }
        }
    }

    private func makeMailbox() -> OutcomeMailbox {
        // Weak, or the mailbox would keep its owner.
        let owner = NIOLoopBound(WeakResponder(responder: self), eventLoop: eventLoop)
        return OutcomeMailbox { [eventLoop] in eventLoop.execute { owner.value.responder?.takeOutcomes() } }
    }

    private func takeOutcomes() {
        for (number, outcome) in mailbox.takeAll() { receivers.removeValue(forKey: number)?(outcome) }
    }
}

private struct WeakResponder {
    weak var responder: LoopResponder?
}
