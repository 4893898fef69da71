import Synchronization

/// Coalesces the reads of many pages that reload after the same change into one.
///
/// A page that is loaded by its user is read separately, so that it shows what the user did a moment ago.
final class CoalescedReads<Value: Sendable>: Sendable {
    private struct Reading {
        /// The change after which the read was started.
        let change: Int
        let task: Task<Value, any Error>
    }

    private let last = Mutex<Reading?>(nil)

    /// - Parameters:
    ///   - change: the change that made the page reload; nil when the user loads it.
    ///   - current: the latest change.
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
