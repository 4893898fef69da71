import Synchronization

/// Counts the requests whose handlers are at work, over all connections, and bounds their number.
///
/// A handler counts until it has ended, also when its client has left: it may still be writing.
final class RequestsInFlight: Sendable {
    private let limit: Int
    private let byteLimit: Int
    private let count = Atomic<Int>(0)
    /// Of the bodies that the handlers received.
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

    /// A request that has entered is done.
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

    /// Returns when no request is in flight, or the task is cancelled. To be called by one task, after the last request
    /// has begun.
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
