import NIOCore
import UseCases

/// Reads the cache once for all requests that one turn of an event loop brings. Lives on the loop.
///
/// A turn of a busy loop brings dozens of requests: one command to Redis, one wake-up of its thread and one of ours
/// serve them all. `TransportLimits.requestsInFlight` bounds the requests that can wait here.
final class CacheReadBatcher {
    /// Entries of one command: about a tenth of a millisecond of Redis' time.
    private static let highestCount = 1_000

    private let eventLoop: any EventLoop
    private var questions = CacheQuestions()
    private var waiting: [(CacheFinding) -> Void] = []
    private var reader: StockReader?
    private var isScheduled = false

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// - Parameter receive: called on the loop, in a later turn or in this one.
    func ask(_ plan: ReadPlan, _ receive: @escaping (CacheFinding) -> Void) {
        if questions.count > 0, questions.count + plan.question.count > Self.highestCount { send() }
        questions.append(plan.question)
        waiting.append(receive)
        reader = plan.reader
        guard !isScheduled else { return }
        isScheduled = true
        // After everything else that the loop reads in this turn.
        let box = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute {
            box.value.isScheduled = false
            box.value.send()
        }
    }

    private func send() {
        guard let reader, !waiting.isEmpty else { return }
        let box = NIOLoopBound(waiting, eventLoop: eventLoop)
        let asked = questions
        questions = CacheQuestions()
        waiting = []
        waiting.reserveCapacity(asked.all.count)
        reader.ask(asked) { [eventLoop] answers in
            eventLoop.execute {
                for (index, receive) in box.value.enumerated() { receive(CacheFinding(answers, question: index)) }
            }
        }
    }
}
