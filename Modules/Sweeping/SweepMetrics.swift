import Metrics
import UseCases

/// What an operator watches of the sweeper.
struct SweepMetrics: Sendable {
    private let passes = Counter(label: "inventory_sweeps_total")
    private let released = Counter(label: "inventory_sweep_released_total")
    private let failures = Counter(label: "inventory_sweep_failures_total")
    private let duration = Metrics.Timer(label: "inventory_sweep_seconds")
    /// How long the oldest reservation had been overdue when the last pass began; 0 when none was. What stays above
    /// the interval means that sweeping does not keep up.
    private let oldestAge = Gauge(label: "inventory_sweep_oldest_overdue_seconds")

    func record(_ result: SweepResult) {
        passes.increment()
        released.increment(by: result.released)
        failures.increment(by: result.failures)
        duration.record(duration: result.duration)
        oldestAge.record((result.oldestAge ?? .zero) / .seconds(1))
    }
}
