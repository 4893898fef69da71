public import Logging
internal import Synchronization

/// Tells whether this program can serve, for `/health/ready` of a load balancer or a supervisor.
public final class HealthMonitor: Sendable {
    private let checks: [HealthCheck]
    private let limit: Duration
    private let logger: Logger
    private let now: @Sendable () -> ContinuousClock.Instant
    private let isDraining = Atomic(false)
    /// One per check.
    private let logLimits: Mutex<[HealthLogLimit]>

    /// - Parameters:
    ///   - checks: probed concurrently for every report. Their names differ.
    ///   - limit: how long a probe may take; a check without a result by then is down.
    ///   - logger: receives a line when a check changes its state, and once a minute while a failed check is still
    ///     being requested.
    public convenience init(_ checks: [HealthCheck], limit: Duration = .seconds(1), logger: Logger) {
        self.init(checks, limit: limit, logger: logger) { ContinuousClock.now }
    }

    init(
        _ checks: [HealthCheck],
        limit: Duration,
        logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        precondition(Set(checks.map(\.name)).count == checks.count, "the names of checks must be unique")
        self.checks = checks
        self.limit = limit
        self.logger = logger
        self.now = now
        logLimits = Mutex(Array(repeating: HealthLogLimit(), count: checks.count))
    }

    /// Makes the program report unavailable from now on, because it is about to end.
    public func drain() {
        isDraining.store(true, ordering: .releasing)
    }

    /// Probes all checks; takes as long as the slowest probe, at most the limit. If the caller is cancelled, checks
    /// without a result are down.
    public func report() async -> HealthReport {
        let results = await withTaskGroup { group in
            for index in checks.indices {
                group.addTask { (index, await self.probe(index)) }
            }
            return await group.reduce(into: [Int: (finding: HealthCheck.Finding, latency: Duration)]()) {
                $0[$1.0] = $1.1
            }
        }
        var status = isDraining.load(ordering: .acquiring) ? HealthReport.Status.unavailable : .ok
        var entries: [HealthReport.Check] = []
        for (index, check) in checks.enumerated() {
            guard let (finding, latency) = results[index] else { continue }
            entries.append(
                HealthReport.Check(name: check.name, state: finding.state, latency: latency, note: finding.note)
            )
            if finding.state == .down, check.isEssential {
                status = .unavailable
            } else if finding.state != .ok, status == .ok {
                status = .degraded
            }
        }
        return HealthReport(status: status, checks: entries)
    }

    private func probe(_ index: Int) async -> (finding: HealthCheck.Finding, latency: Duration) {
        let start = ContinuousClock.now
        let finding = await answer(of: checks[index])
        let latency = ContinuousClock.now - start
        // The cancellation of a caller says nothing about the check.
        if !Task.isCancelled { log(finding, index) }
        return (finding, latency)
    }

    private func log(_ finding: HealthCheck.Finding, _ index: Int) {
        let time = now()
        let decision = logLimits.withLock { $0[index].decide(finding.state, at: time) }
        guard case .line(let unlogged) = decision else { return }
        var metadata: Logger.Metadata = ["check": "\(checks[index].name)", "state": "\(finding.state.rawValue)"]
        if unlogged > 0 { metadata["unlogged"] = "\(unlogged)" }
        if finding.state == .ok {
            logger.notice("health check recovered", metadata: metadata)
        } else {
            metadata["cause"] = "\(finding.detail ?? finding.note ?? "none given")"
            logger.warning("health check failed", metadata: metadata)
        }
    }

    /// The probe's finding, or `down` after the limit. A task group would wait for a stuck probe.
    private func answer(of check: HealthCheck) async -> HealthCheck.Finding {
        let late = HealthCheck.Finding(.down, detail: "no answer within \(limit)")
        let (answers, continuation) = AsyncStream.makeStream(
            of: HealthCheck.Finding.self,
            bufferingPolicy: .bufferingOldest(1)
        )
        let probe = Task { _ = continuation.yield(await check.probe()) }
        let timer = Task { [limit] in
            try? await Task.sleep(for: limit)
            continuation.yield(late)
        }
        defer {
            probe.cancel()
            timer.cancel()
        }
        return await answers.first { _ in true } ?? late
    }
}
