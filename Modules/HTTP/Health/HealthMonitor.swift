public import Logging
import Synchronization

/// Says whether this server can serve: `/health/ready` for a load balancer.
public final class HealthMonitor: Sendable {
    enum Status: String {
        case ok
        /// Something is missing that can be done without.
        case degraded
        /// Send no requests here.
        case unavailable
    }

    struct Report {
        let status: Status
        let checks: [(name: String, state: HealthCheck.State, latency: Duration)]
    }

    private let checks: [HealthCheck]
    private let limit: Duration
    private let logger: Logger
    private let isDraining = Atomic(false)

    /// - Parameters:
    ///   - checks: probed at the same time whenever somebody asks.
    ///   - limit: how long a probe may take; what has not answered then is down.
    public init(_ checks: [HealthCheck], limit: Duration = .seconds(1), logger: Logger) {
        self.checks = checks
        self.limit = limit
        self.logger = logger
    }

    /// From now on the server is unavailable: it is about to end.
    public func drain() {
        isDraining.store(true, ordering: .releasing)
    }

    func report() async -> Report {
        let results = await withTaskGroup { group in
            for (index, check) in checks.enumerated() {
                group.addTask { (index, await self.probe(check)) }
            }
            return await group.reduce(into: [Int: (finding: HealthCheck.Finding, latency: Duration)]()) {
                $0[$1.0] = $1.1
            }
        }
        var status = isDraining.load(ordering: .acquiring) ? Status.unavailable : .ok
        var entries: [(name: String, state: HealthCheck.State, latency: Duration)] = []
        for (index, check) in checks.enumerated() {
            guard let (finding, latency) = results[index] else { continue }
            entries.append((check.name, finding.state, latency))
            if finding.state == .down, check.isEssential {
                status = .unavailable
            } else if finding.state != .ok, status == .ok {
                status = .degraded
            }
        }
        return Report(status: status, checks: entries)
    }

    private func probe(_ check: HealthCheck) async -> (finding: HealthCheck.Finding, latency: Duration) {
        let start = ContinuousClock.now
        let finding = await answer(of: check)
        if finding.state != .ok {
            logger.warning(
                "health check failed",
                metadata: [
                    "check": "\(check.name)", "state": "\(finding.state.rawValue)",
                    "cause": "\(finding.detail ?? "none given")",
                ]
            )
        }
        return (finding, ContinuousClock.now - start)
    }

    /// The probe's answer, or `down` after the limit. Not a task group: that would wait for a probe which is stuck.
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
