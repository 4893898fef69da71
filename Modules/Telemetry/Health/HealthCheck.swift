/// One thing that the program needs, and how to find out whether it is there.
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
        /// Shown to everybody who asks, so it names no host, user or secret: `the mail server refuses the connection since
        /// 2026-11-22T18:00:00Z`.
        public let note: String?

        public init(_ state: State, detail: String? = nil, note: String? = nil) {
            self.state = state
            self.detail = detail
            self.note = note
        }

        public static let ok = Finding(.ok)
    }

    /// The name in the answer: `postgresql`, `redis`. Each check of a monitor has another.
    public let name: String
    /// Whether the program is of no use without it.
    public let isEssential: Bool
    /// Asks once. It is cancelled after `HealthMonitor`'s limit, and its answer is then no longer waited for.
    public let probe: @Sendable () async -> Finding

    public init(_ name: String, isEssential: Bool, probe: @escaping @Sendable () async -> Finding) {
        self.name = name
        self.isEssential = isEssential
        self.probe = probe
    }
}
