import Domain
package import HTTPTypes
package import NIOCore
import UseCases

/// Answers the requests of one event loop that need no task. Confined to the loop.
///
/// It hides the use cases from the transport: command outcomes and cache results arrive here, and the transport gets
/// finished responses.
package final class LoopResponder {
    /// The pending work of a request that has not needed a task so far.
    package struct Waiting {
        fileprivate let work: Work
    }

    fileprivate enum Work {
        case command(CommandPlan)
        case read(ReadPlan, CacheQuestion)
    }

    package enum Start {
        case answer(APIResponse)
        /// The transport must call `proceed`.
        case waiting(Waiting)
        /// The transport must call `RequestPipeline.respond` in a task.
        case task
    }

    package enum Step {
        case answer(APIResponse)
        /// The transport must run the rest in a task.
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

    /// Starts a request whose body has arrived completely.
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
        // Weak, because the mailbox must not retain its owner.
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
