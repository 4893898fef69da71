/// How long this server's requests took since it was started.
package struct ServiceLatencies: Sendable {
    /// In seconds; nil before the first value.
    package struct Spread: Sendable {
        package let p50: Double?
        package let p95: Double?
        package let p99: Double?

        package init(p50: Double? = nil, p95: Double? = nil, p99: Double? = nil) {
            self.p50 = p50
            self.p95 = p95
            self.p99 = p99
        }
    }

    /// From a command's arrival until its rows were locked.
    package let lockWait: Spread
    /// From a request's head to its answer.
    package let response: Spread

    package init(lockWait: Spread = Spread(), response: Spread = Spread()) {
        self.lockWait = lockWait
        self.response = response
    }
}
