import Synchronization

/// Counts the requests whose handlers are at work, over all connections, and keeps them below a bound.
///
/// A handler counts until it has ended, also when its caller has left: what it writes is then still being written.
final class RequestsInFlight: Sendable {
    private let limit: Int
    private let byteLimit: Int
    private let count = Atomic<Int>(0)
    /// Of bodies that the handlers were given.
    private let bytes = Atomic<Int>(0)
    private let waiter = Mutex<CheckedContinuation<Void, Never>?>(nil)

    init(_ limits: TransportLimits) {
        limit = limits.requestsInFlight
        byteLimit = limits.bodyBytesInFlight
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

    /// - Returns: false when there are too many bytes; then these are not counted.
    func hold(_ count: Int) -> Bool {
        guard bytes.wrappingAdd(count, ordering: .relaxed).newValue <= byteLimit else {
            release(count)
            return false
        }
        return true
    }

    func release(_ count: Int) {
        bytes.wrappingSubtract(count, ordering: .relaxed)
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
