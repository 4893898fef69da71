import Synchronization

/// Counts the requests whose handlers are at work, over all connections, and keeps them below a bound.
///
/// A handler counts until it has ended, also when its caller has left: what it writes is then still being written.
final class RequestsInFlight: Sendable {
    private let limit: Int
    private let count = Atomic<Int>(0)
    private let waiter = Mutex<CheckedContinuation<Void, Never>?>(nil)

    init(limit: Int) {
        self.limit = limit
    }

    /// - Returns: false when there are too many; then nothing is counted.
    func enter() -> Bool {
        guard count.wrappingAdd(1, ordering: .relaxed).newValue <= limit else {
            leave()
            return false
        }
        return true
    }

    /// One that has entered is done.
    func leave() {
        guard count.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return }
        waiter.withLock { $0.take() }?.resume()
    }

    /// Returns when there is none, or the task is cancelled. To be called by one task, when none begins any more.
    func waitForNone() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiter.withLock { $0 = continuation }
                guard count.load(ordering: .acquiring) == 0 || Task.isCancelled else { return }
                waiter.withLock { $0.take() }?.resume()
            }
        } onCancel: {
            waiter.withLock { $0.take() }?.resume()
        }
    }
}
