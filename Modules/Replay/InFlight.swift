import Synchronization

/// Runs `body` for each element that `next` gives, up to `limit` at once, until there are no more or a stop is asked
/// for. Returns when all that began have ended.
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
            // Taking the place of one that has ended keeps the reader no further ahead than the bound.
            if count >= limit {
                try await group.next()
            } else {
                count += 1
            }
            // The wait may have been long enough for someone to ask for the end.
            guard stop.reason == nil else { break }
            group.addTask { try await body(element) }
        }
        try await group.waitForAll()
    }
}

/// Asks a run to begin nothing new. What is in flight goes on to its end.
final class ReplayStop: Sendable {
    private let state = Mutex<ReplayReport.Ending?>(nil)

    init() {}

    /// Why the run is to end, nil while it is not.
    var reason: ReplayReport.Ending? { state.withLock(\.self) }

    /// The first reason stands.
    func request(_ reason: ReplayReport.Ending) {
        state.withLock { if $0 == nil { $0 = reason } }
    }
}
