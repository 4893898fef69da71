import Basics
package import HTTPTypes
package import Metrics
import Synchronization

/// Request durations: `http_request_duration_seconds` by route, method and status.
///
/// Label values come from fixed tables, never from a request, so that callers cannot grow the registry.
package final class RequestMetrics: Sendable {
    /// The labels of one timer.
    private struct Key: Hashable {
        /// The endpoint's index in the table; nil when no route matched.
        let endpoint: Int?
        let method: HTTPRequest.Method
        let status: Int

        // Without the method: it has few values per endpoint, and a collision is cheaper than hashing its text.
        func hash(into hasher: inout Hasher) {
            hasher.combine((endpoint ?? -1) << 16 | status)
        }
    }

    /// The methods that are reported by name when no route matched; others are `OTHER`.
    private static let knownMethods: Set<HTTPRequest.Method> = [
        .get, .head, .post, .put, .patch, .delete, .options,
    ]

    private let factory: (any MetricsFactory)?
    private let timers = Mutex<[Key: Timer]>([:])

    /// - Parameter factory: nil for the bootstrapped one.
    package init(factory: (any MetricsFactory)? = nil) {
        self.factory = factory
    }

    /// - Parameters:
    ///   - endpoint: the endpoint's index in the table; nil when no route matched.
    ///   - route: the endpoint's path template.
    package func record(_ duration: Duration, endpoint: Int?, route: String?, method: HTTPRequest.Method, status: Int) {
        let isKnown = endpoint != nil || Self.knownMethods.contains(method)
        let key = Key(endpoint: endpoint, method: isKnown ? method : Self.other, status: status)
        let timer = timers.withLock { timers in
            if let timer = timers[key] { return timer }
            let timer = make(key, route ?? "unmatched")
            timers[key] = timer
            return timer
        }
        timer.recordNanoseconds(duration.wholeNanoseconds)
    }

    private func make(_ key: Key, _ route: String) -> Timer {
        let dimensions = [("method", key.method.rawValue), ("route", route), ("status", String(key.status))]
        let label = "http_request_duration_seconds"
        guard let factory else { return Timer(label: label, dimensions: dimensions) }
        return Timer(label: label, dimensions: dimensions, factory: factory)
    }

    private static let other = HTTPRequest.Method("OTHER") ?? .trace
}
