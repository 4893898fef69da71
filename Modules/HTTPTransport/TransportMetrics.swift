import Metrics

/// What connections do, for `/metrics`.
struct TransportMetrics: Sendable {
    let openConnections = Gauge(label: "http_connections_open")
    /// Closed at once: there were too many.
    let refusedConnections = Counter(label: "http_connections_refused_total")
    /// Closed by us because the caller was slow.
    let slowHeads = Counter(label: "http_connections_cut_total", dimensions: [("reason", "slow_head")])
    let slowBodies = Counter(label: "http_connections_cut_total", dimensions: [("reason", "slow_body")])
    let slowReaders = Counter(label: "http_connections_cut_total", dimensions: [("reason", "slow_reader")])
    let protocolFaults = Counter(label: "http_connections_cut_total", dimensions: [("reason", "protocol")])
    /// Answered with 503 by the connection: too many requests, or a handler that took too long.
    let busyRequests = Counter(label: "http_requests_refused_total", dimensions: [("reason", "busy")])
    let lateRequests = Counter(label: "http_requests_refused_total", dimensions: [("reason", "late")])
    /// How late an event loop comes to what is due.
    let loopLag = Metrics.Timer(label: "inventory_event_loop_lag_seconds", dimensions: [("loop", "http")])
}
