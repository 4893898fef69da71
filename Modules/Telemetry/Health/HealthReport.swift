/// The content of `/health/ready`: whether the program can serve, and the state of each of its dependencies.
public struct HealthReport: Sendable, Hashable {
    public enum Status: String, Hashable, Sendable {
        case ok
        /// A dependency that is not essential is missing.
        case degraded
        /// The program cannot serve: 503.
        case unavailable
    }

    public struct Check: Sendable, Hashable {
        public let name: String
        public let state: HealthCheck.State
        /// How long the probe took, or the monitor's limit.
        public let latency: Duration
        /// Safe to show publicly.
        public let note: String?

        public init(name: String, state: HealthCheck.State, latency: Duration, note: String? = nil) {
            self.name = name
            self.state = state
            self.latency = latency
            self.note = note
        }
    }

    public let status: Status
    /// In the monitor's order.
    public let checks: [Check]

    public init(status: Status, checks: [Check]) {
        self.status = status
        self.checks = checks
    }
}
