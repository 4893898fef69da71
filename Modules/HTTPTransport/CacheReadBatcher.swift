import HTTPCore
import NIOCore
import UseCases

/// Asks the cache for all requests of one event loop that came in the same turn, in one go. Lives on the loop.
///
/// A turn of a busy loop brings dozens of requests: one question to Redis, one wake-up of its thread and one of ours
/// serve them all. How many can wait is bounded by `TransportLimits.requestsInFlight`.
final class CacheReadBatcher {
    /// Entries that are asked for at once: some tenth of a millisecond of Redis' time.
    private static let highestCount = 1_000

    private let eventLoop: any EventLoop
    private var questions = CacheQuestions()
    private var waiting: [(CacheFinding) -> Void] = []
    private var reader: StockReader?
    private var isScheduled = false

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// - Parameter answer: called on the loop, in a later turn or in this one.
    func ask(_ plan: ReadPlan, _ answer: @escaping (CacheFinding) -> Void) {
        if questions.count > 0, questions.count + plan.question.count > Self.highestCount { send() }
        questions.append(plan.question)
        waiting.append(answer)
        reader = plan.reader
        guard !isScheduled else { return }
        isScheduled = true
        // Behind what else the loop has to read in this turn.
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
                for (index, answer) in box.value.enumerated() { answer(CacheFinding(answers, question: index)) }
            }
        }
    }
}
