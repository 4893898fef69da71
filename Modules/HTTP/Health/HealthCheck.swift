/// One thing that the server needs, and how to find out whether it is there.
public struct HealthCheck: Sendable {
    public enum State: String, Hashable, Sendable {
        case ok
        /// It answers, but not as it should.
        case degraded
        case down
    }

    /// What a probe found.
    public struct Finding: Hashable, Sendable {
        public let state: State
        /// For the log alone: `/health/ready` is open to everybody.
        public let detail: String?

        public init(_ state: State, detail: String? = nil) {
            self.state = state
            self.detail = detail
        }

        public static let ok = Finding(.ok)
    }

    /// The name in the answer: `postgresql`, `redis`.
    public let name: String
    /// Whether the server is of no use without it.
    public let isEssential: Bool
    /// Asks once. It is cancelled after `HealthMonitor`'s limit, and its answer is then no longer waited for.
    public let probe: @Sendable () async -> Finding

    public init(_ name: String, isEssential: Bool, probe: @escaping @Sendable () async -> Finding) {
        self.name = name
        self.isEssential = isEssential
        self.probe = probe
    }
}
