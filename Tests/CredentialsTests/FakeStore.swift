import Domain
import Synchronization
import UseCases

/// A store that a test plays: it answers by script, at once or when it is let go, and counts the questions.
final class FakeStore: APIKeyStore {
    private struct State {
        var rows: [APIKeyHash: APIKey] = [:]
        var failure: ServiceFailure?
        var isHeld = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var questions = 0
    }

    /// What the tests' clocks begin with, by the database's own.
    static let start = Instant(milliseconds: 1_000_000)

    private let state = Mutex(State())
    private let clock: FakeClock

    init(_ clock: FakeClock) {
        self.clock = clock
    }

    var questions: Int { state.withLock { $0.questions } }
    var waiting: Int { state.withLock { $0.waiting.count } }

    func put(_ hash: APIKeyHash, _ key: APIKey) { state.withLock { $0.rows[hash] = key } }
    func remove(_ hash: APIKeyHash) { state.withLock { $0.rows[hash] = nil } }
    func fail(_ failure: ServiceFailure?) { state.withLock { $0.failure = failure } }

    /// Lets questions wait from now on.
    func hold() { state.withLock { $0.isHeld = true } }

    /// Lets go of the question that has waited longest, while the others wait on.
    func letGoFirst() {
        state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }?.resume()
    }

    func letGo() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isHeld = false
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func find(_ hash: APIKeyHash) async throws(ServiceFailure) -> APIKeyReading? {
        // Read before the wait: the answer is as old as the question.
        let (row, readAt) = state.withLock { state in
            state.questions += 1
            return (state.rows[hash], Instant(milliseconds: Self.start.milliseconds + clock.elapsedMilliseconds))
        }
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                if state.isHeld { state.waiting.append(continuation) }
                return !state.isHeld
            }
            if goesOn { continuation.resume() }
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
        return row.map { APIKeyReading(key: $0, hash: hash, readAt: readAt) }
    }
}

/// Time that passes when a test says so.
final class FakeClock: Sendable {
    private let start = ContinuousClock.now
    private let elapsed = Mutex(Duration.zero)

    var now: ContinuousClock.Instant { start + elapsed.withLock { $0 } }
    var elapsedMilliseconds: Int64 { Int64(elapsed.withLock { $0 } / .milliseconds(1)) }

    func advance(by duration: Duration) { elapsed.withLock { $0 += duration } }
}
