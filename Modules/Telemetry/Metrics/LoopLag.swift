public import Metrics
public import Reactor

/// How long what was ready had to wait for a reactor: ``MetricCatalogue``'s `inventory_event_loop_lag_seconds`.
public enum LoopLag {
    /// Between two looks. Each records the longest turn since the last, so that no stall goes unseen.
    public static let interval = Duration.milliseconds(100)

    /// Looks for as long as the reactor runs.
    /// - Parameter factory: nil for the one that the program has bootstrapped.
    public static func watch(_ reactor: Reactor, factory: (any MetricsFactory)? = nil) {
        let timer = Metrics.Timer(
            label: "inventory_event_loop_lag_seconds", dimensions: [("loop", "reactor")],
            factory: factory ?? MetricsSystem.factory)
        // What came before is the program's start.
        _ = reactor.takeLoopLag()
        look(at: reactor, timer)
    }

    private static func look(at reactor: Reactor, _ timer: Metrics.Timer) {
        reactor.schedule(after: interval) { [weak reactor] in
            guard let reactor else { return }
            timer.record(duration: reactor.takeLoopLag())
            look(at: reactor, timer)
        }
    }
}
