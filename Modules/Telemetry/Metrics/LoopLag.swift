public import Metrics
public import Reactor

/// Measures how long ready events wait for a reactor: `inventory_event_loop_lag_seconds` of the ``MetricCatalogue``.
public enum LoopLag {
    /// Between two samples. Each records the longest turn since the previous one, so that no stall goes unseen.
    public static let interval = Duration.milliseconds(100)

    /// Samples for as long as the reactor runs.
    /// - Parameter factory: nil for the program's bootstrapped one.
    public static func watch(_ reactor: Reactor, factory: (any MetricsFactory)? = nil) {
        let timer = Metrics.Timer(
            label: "inventory_event_loop_lag_seconds", dimensions: [("loop", "reactor")],
            factory: factory ?? MetricsSystem.factory)
        // Discard the turns of the program's start.
        _ = reactor.takeLoopLag()
        sample(reactor, timer)
    }

    private static func sample(_ reactor: Reactor, _ timer: Metrics.Timer) {
        reactor.schedule(after: interval) { [weak reactor] in
            guard let reactor else { return }
            timer.record(duration: reactor.takeLoopLag())
            sample(reactor, timer)
        }
    }
}
