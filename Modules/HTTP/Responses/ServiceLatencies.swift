/// How long this server's requests took since it was started.
public struct ServiceLatencies: Sendable {
    /// In seconds; nil before the first value.
    public struct Spread: Sendable {
        public let p50: Double?
        public let p95: Double?
        public let p99: Double?

        public init(p50: Double? = nil, p95: Double? = nil, p99: Double? = nil) {
            self.p50 = p50
            self.p95 = p95
            self.p99 = p99
        }
    }

    /// From a command's arrival until its rows were locked.
    public let lockWait: Spread
    /// From a request's head to its answer.
    public let response: Spread

    public init(lockWait: Spread = Spread(), response: Spread = Spread()) {
        self.lockWait = lockWait
        self.response = response
    }
}
