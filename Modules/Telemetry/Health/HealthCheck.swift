/// A dependency of the program, and how to probe it.
public struct HealthCheck: Sendable {
    public enum State: String, Hashable, Sendable {
        case ok
        /// It answers, but not as it should.
        case degraded
        case down
    }

    /// The result of a probe.
    public struct Finding: Hashable, Sendable {
        public let state: State
        /// For the log only: `/health/ready` is public.
        public let detail: String?
        /// Shown publicly, so it names no host, user or secret: `the mail server refuses the connection since
        /// 2026-11-22T18:00:00Z`.
        public let note: String?

        public init(_ state: State, detail: String? = nil, note: String? = nil) {
            self.state = state
            self.detail = detail
            self.note = note
        }

        public static let ok = Finding(.ok)
    }

    /// The name in the report: `postgresql`, `redis`. Unique within a monitor.
    public let name: String
    /// Whether the program cannot serve without it.
    public let isEssential: Bool
    /// Probes once. The monitor cancels it after its limit and no longer waits for the result.
    public let probe: @Sendable () async -> Finding

    public init(_ name: String, isEssential: Bool, probe: @escaping @Sendable () async -> Finding) {
        self.name = name
        self.isEssential = isEssential
        self.probe = probe
    }
}
