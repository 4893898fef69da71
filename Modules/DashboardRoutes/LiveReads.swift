import Synchronization

/// A value that many pages fetch at one moment, because they all heard of the same change: read once for them.
///
/// Whoever comes by themselves reads for themselves, so that a page shows what its reader did a moment ago.
final class LiveReads<Value: Sendable>: Sendable {
    private struct Reading {
        /// The change after which it was begun.
        let change: Int
        let task: Task<Value, any Error>
    }

    private let last = Mutex<Reading?>(nil)

    /// - Parameters:
    ///   - change: the change that the page has heard of; nil when it comes by itself.
    ///   - current: the last change of all.
    func value(
        for change: Int?, current: Int, _ read: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let change, change <= current else { return try await read() }
        let task = last.withLock { last in
            if let last, last.change >= change { return last.task }
            let task = Task { try await read() }
            last = Reading(change: current, task: task)
            return task
        }
        return try await task.value
    }
}
