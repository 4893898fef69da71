import NIOCore
import UseCases

/// Batches the cache reads of all requests that an event loop receives in one iteration. Confined to the loop.
///
/// One iteration of a busy loop receives dozens of requests: one query to Redis, one wake-up of its thread and one of the
/// loop serve them all. The transport's limit on requests in flight bounds the batch.
final class CacheReadBatcher {
    typealias Receiver = (_ answers: any CacheAnswers, _ question: Int) -> Void

    /// The most entries per query: about a tenth of a millisecond of Redis' time.
    private static let entryLimit = 1_000

    private let eventLoop: any EventLoop
    private var questions = CacheQuestions()
    private var receivers: [Receiver] = []
    private var cache: (any StockCache)?
    private var isScheduled = false

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// - Parameter receive: called on the loop, after this call has returned.
    func ask(_ question: CacheQuestion, of cache: any StockCache, _ receive: @escaping Receiver) {
        if questions.count > 0, questions.count + question.count > Self.entryLimit { flush() }
        questions.append(question)
        receivers.append(receive)
        self.cache = cache
        guard !isScheduled else { return }
        isScheduled = true
        // Runs after the loop has read the other requests of this iteration.
        let box = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute {
            box.value.isScheduled = false
            box.value.flush()
        }
    }

    private func flush() {
        guard let cache, !receivers.isEmpty else { return }
        let box = NIOLoopBound(receivers, eventLoop: eventLoop)
        let asked = questions
        questions = CacheQuestions()
        receivers = []
        receivers.reserveCapacity(asked.all.count)
        cache.ask(asked) { [eventLoop] answers in
            eventLoop.execute {
                for (index, receive) in box.value.enumerated() { receive(answers, index) }
            }
        }
    }
}
