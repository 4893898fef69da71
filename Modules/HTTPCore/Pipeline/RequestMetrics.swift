package import HTTPTypes
package import Metrics
import Synchronization

/// How long requests take: `http_request_duration_seconds` by route, method and status.
///
/// The labels come from our own tables, never from a caller's words, so that nobody can fill the registry.
package final class RequestMetrics: Sendable {
    /// What one timer counts.
    private struct Key: Hashable {
        /// The endpoint's place in the table; nil when none matched.
        let endpoint: Int?
        let method: HTTPRequest.Method
        let status: Int

        // The method has few values for an endpoint: to hash its text costs more than to meet another one's timer.
        func hash(into hasher: inout Hasher) {
            hasher.combine((endpoint ?? -1) << 16 | status)
        }
    }

    /// The methods that have a name of their own where no route is found.
    private static let knownMethods: Set<HTTPRequest.Method> = [
        .get, .head, .post, .put, .patch, .delete, .options,
    ]

    private let factory: (any MetricsFactory)?
    private let timers = Mutex<[Key: Timer]>([:])

    /// - Parameter factory: nil for the one that the program has bootstrapped.
    package init(factory: (any MetricsFactory)? = nil) {
        self.factory = factory
    }

    /// - Parameters:
    ///   - endpoint: its place in the table; nil when none matched.
    ///   - route: the template of its path.
    package func record(_ duration: Duration, endpoint: Int?, route: String?, method: HTTPRequest.Method, status: Int) {
        let isKnown = endpoint != nil || Self.knownMethods.contains(method)
        let key = Key(endpoint: endpoint, method: isKnown ? method : Self.other, status: status)
        let timer = timers.withLock { timers in
            if let timer = timers[key] { return timer }
            let timer = make(key, route ?? "unmatched")
            timers[key] = timer
            return timer
        }
        timer.recordNanoseconds(duration.nanoseconds)
    }

    private func make(_ key: Key, _ route: String) -> Timer {
        let dimensions = [("method", key.method.rawValue), ("route", route), ("status", String(key.status))]
        let label = "http_request_duration_seconds"
        guard let factory else { return Timer(label: label, dimensions: dimensions) }
        return Timer(label: label, dimensions: dimensions, factory: factory)
    }

    private static let other = HTTPRequest.Method("OTHER") ?? .trace
}
