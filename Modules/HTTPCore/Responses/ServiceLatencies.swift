/// Latencies of this server's requests since it started.
package struct ServiceLatencies: Sendable {
    /// In seconds; nil before the first request.
    package struct Percentiles: Sendable {
        package let p50: Double?
        package let p95: Double?
        package let p99: Double?

        package init(p50: Double? = nil, p95: Double? = nil, p99: Double? = nil) {
            self.p50 = p50
            self.p95 = p95
            self.p99 = p99
        }
    }

    /// From a command's arrival until its rows are locked.
    package let lockWait: Percentiles
    /// From a request's head to its response.
    package let response: Percentiles

    package init(lockWait: Percentiles = Percentiles(), response: Percentiles = Percentiles()) {
        self.lockWait = lockWait
        self.response = response
    }
}
