import Domain
import Synchronization
import UseCases

/// A fake key store: it answers at once or when a test resumes it, and counts the requests.
final class FakeStore: APIKeyStore {
    private struct State {
        var rows: [APIKeyHash: APIKey] = [:]
        var failure: ServiceFailure?
        var isPaused = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var requests = 0
    }

    /// The time of the database when a test's clock starts.
    static let start = Instant(milliseconds: 1_000_000)

    private let state = Mutex(State())
    private let clock: FakeClock

    init(_ clock: FakeClock) {
        self.clock = clock
    }

    var requests: Int { state.withLock { $0.requests } }
    var waiting: Int { state.withLock { $0.waiting.count } }

    func put(_ hash: APIKeyHash, _ key: APIKey) { state.withLock { $0.rows[hash] = key } }
    func remove(_ hash: APIKeyHash) { state.withLock { $0.rows[hash] = nil } }
    func fail(_ failure: ServiceFailure?) { state.withLock { $0.failure = failure } }

    /// Makes requests wait from now on.
    func pause() { state.withLock { $0.isPaused = true } }

    /// Resumes the oldest request; the others keep waiting.
    func resumeFirst() {
        state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }?.resume()
    }

    func resume() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isPaused = false
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func find(_ hash: APIKeyHash) async throws(ServiceFailure) -> APIKeyReading? {
        // Read before the wait: the answer is as old as the request.
        let (row, readAt) = state.withLock { state in
            state.requests += 1
            return (state.rows[hash], Instant(milliseconds: Self.start.milliseconds + clock.elapsedMilliseconds))
        }
        await withCheckedContinuation { continuation in
            let isRunning = state.withLock { state in
                if state.isPaused { state.waiting.append(continuation) }
                return !state.isPaused
            }
            if isRunning { continuation.resume() }
        }
        if let failure = state.withLock({ $0.failure }) { throw failure }
        return row.map { APIKeyReading(key: $0, hash: hash, readAt: readAt) }
    }
}

/// A clock that a test advances.
final class FakeClock: Sendable {
    private let start = ContinuousClock.now
    private let elapsed = Mutex(Duration.zero)

    var now: ContinuousClock.Instant { start + elapsed.withLock { $0 } }
    var elapsedMilliseconds: Int64 { Int64(elapsed.withLock { $0 } / .milliseconds(1)) }

    func advance(by duration: Duration) { elapsed.withLock { $0 += duration } }
}
