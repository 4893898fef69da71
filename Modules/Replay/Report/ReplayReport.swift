import Basics

/// The result of a replay.
public struct ReplayReport: Equatable, Sendable {
    public enum Ending: String, Equatable, Sendable {
        /// All orders of the file, or as many as the limit allows, have ended.
        case complete
        /// The task was cancelled; the report covers what was done until then.
        case interrupted
        /// Too many orders failed in a row.
        case gaveUp = "gave_up"
    }

    /// Times of one kind of call, in milliseconds, from the first byte sent to the final response, waits between
    /// attempts included. At most 0.8 % too high. For reserve, all calls of an order together; refusals count too.
    public struct Latency: Equatable, Sendable {
        public var count: Int
        public var p50: Double
        public var p95: Double
        public var p99: Double
        public var maximum: Double
    }

    public var ending: Ending
    public var counts: ReplayCounts
    /// Orders that were to be replayed.
    public var orders: Int
    public var loadSeconds: Double
    /// The orders phase alone; the rates cover this phase too.
    public var replaySeconds: Double
    public var ordersPerSecond: Double
    public var requestsPerSecond: Double
    /// Nil if no such call was made.
    public var reserve: Latency?
    public var confirm: Latency?
    public var release: Latency?
    /// The first few failed orders, one line each.
    public var failures: [String]

    /// Whether no order failed and no server answered 5xx, retried or not.
    public var isClean: Bool { counts.failed == 0 && counts.serverErrors == 0 }

    /// The program's exit status: 0, or 1 if the report is not clean.
    public var exitCode: Int32 { isClean ? 0 : 1 }
}

extension ReplayReport {
    /// The durations of the phases, and the calls made before the first order.
    struct Course: Equatable, Sendable {
        var orders = 0
        var loadSeconds = 0.0
        var replaySeconds = 0.0
        var requestsBeforeReplay = 0
    }

    init(_ ending: Ending, _ state: ReplayTally.State, _ course: Course) {
        self.ending = ending
        counts = state.counts
        orders = course.orders
        loadSeconds = course.loadSeconds
        replaySeconds = course.replaySeconds
        let seconds = course.replaySeconds
        let requests = state.counts.requests - course.requestsBeforeReplay
        ordersPerSecond = seconds > 0 ? Double(state.counts.ordersDone) / seconds : 0
        requestsPerSecond = seconds > 0 ? Double(requests) / seconds : 0
        reserve = Latency(state.latencies.reserve)
        confirm = Latency(state.latencies.confirm)
        release = Latency(state.latencies.release)
        failures = state.failures
    }
}

extension ReplayReport.Latency {
    init?(_ histogram: LatencyHistogram) {
        guard let p50 = histogram.quantile(0.5), let p95 = histogram.quantile(0.95),
            let p99 = histogram.quantile(0.99)
        else { return nil }
        self.init(
            count: histogram.count,
            p50: p50.milliseconds,
            p95: p95.milliseconds,
            p99: p99.milliseconds,
            maximum: histogram.maximum.milliseconds
        )
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
    var milliseconds: Double { seconds * 1_000 }
}
