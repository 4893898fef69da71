import Synchronization

/// Runs `body` for each element that `next` returns, up to `limit` at once, until there are no more or a stop is
/// requested. Returns when every started body has ended.
/// - Throws: the first error of `next` or `body`; the others are then cancelled.
func forEachInFlight<Element: Sendable>(
    _ limit: Int,
    stop: ReplayStop,
    next: () throws -> Element?,
    body: @escaping @Sendable (Element) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        var count = 0
        while stop.reason == nil, let element = try next() {
            // Reading an element only when a body has ended keeps the reader within the limit.
            if count >= limit {
                try await group.next()
            } else {
                count += 1
            }
            // A stop may have been requested during the wait.
            guard stop.reason == nil else { break }
            group.addTask { try await body(element) }
        }
        try await group.waitForAll()
    }
}

/// Tells a run to start nothing new. What is in flight completes.
final class ReplayStop: Sendable {
    private let state = Mutex<ReplayReport.Ending?>(nil)

    init() {}

    /// Why the run is to end; nil if no stop was requested.
    var reason: ReplayReport.Ending? { state.withLock(\.self) }

    /// Only the first reason counts.
    func request(_ reason: ReplayReport.Ending) {
        state.withLock { if $0 == nil { $0 = reason } }
    }
}
