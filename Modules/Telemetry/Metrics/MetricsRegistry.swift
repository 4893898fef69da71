public import Metrics
internal import Synchronization

/// Holds a process's metrics and exposes them in Prometheus' text format.
///
/// Metrics made with this factory are looked up by name and labels. Keep them instead of making them for every use:
/// recording then costs an atomic operation or one short lock.
///
/// Names follow Prometheus: characters other than letters, digits, `_` and `:` become `_`; a counter's name ends with
/// `_total`, a timer's with `_seconds`. A name belongs to the kind that used it first.
public final class MetricsRegistry: MetricsFactory {
    /// The maximum number of label sets per name. Further ones are counted together under `overflow="true"`, so that
    /// external labels cannot fill the memory.
    public let labelSetLimit: Int

    private let families: Mutex<[String: MetricFamily]> = Mutex([:])
    private let help: Mutex<[String: String]>

    /// - Parameter help: the texts of `# HELP` lines, keyed by the name that Prometheus sees.
    public init(labelSetLimit: Int = 256, help: [String: String] = [:]) {
        self.labelSetLimit = labelSetLimit
        self.help = Mutex(help)
    }

    /// Sets the text of a metric's `# HELP` line.
    /// - Parameter label: the label as passed to `Counter`, `Timer` and so on.
    public func describe(_ label: String, _ text: String) {
        help.withLock { $0[MetricName.sanitized(label)] = text }
    }

    /// The series with this name and these labels, created if it does not exist. Nil if the name belongs to another
    /// kind.
    private func series(
        _ label: String,
        _ kind: MetricKind,
        _ dimensions: [(String, String)],
        make: () -> MetricSeries
    ) -> MetricSeries? {
        let name = MetricName.exposed(label, kind)
        let labels = MetricLabels(dimensions)
        return families.withLock { families in
            var family = families[name] ?? MetricFamily(label: MetricName.sanitized(label), kind: kind)
            guard family.kind == kind else { return nil }
            if let known = family.series[labels] { return known }
            let key = family.series.count < labelSetLimit ? labels : .overflow
            if let known = family.series[key] { return known }
            let made = make()
            family.series[key] = made
            families[name] = family
            return made
        }
    }

    // MARK: - Reading

    /// The sum over all label sets, or nil if there is no such counter.
    public func total(ofCounter label: String) -> Int64? {
        allSeries(MetricName.exposed(label, .counter))?.reduce(0) { sum, series in
            guard case .counter(let counter) = series else { return sum }
            return sum &+ counter.value
        }
    }

    /// The distribution of a timer over all label sets, in seconds; nil if there is no such timer.
    public func distribution(ofTimer label: String) -> Distribution? {
        distribution(MetricName.exposed(label, .timer))
    }

    /// The distribution of a recorder over all label sets; nil if there is no such recorder.
    public func distribution(ofRecorder label: String) -> Distribution? {
        distribution(MetricName.exposed(label, .histogram))
    }

    private func distribution(_ name: String) -> Distribution? {
        var result: Distribution?
        for case .histogram(let histogram) in allSeries(name) ?? [] {
            let one = histogram.distribution
            result = result.map { $0.merged(with: one) } ?? one
        }
        return result
    }

    private func allSeries(_ name: String) -> [MetricSeries]? {
        families.withLock { $0[name].map { Array($0.series.values) } }
    }

    /// All metrics in Prometheus' text format (version 0.0.4). See `contentType`.
    public func prometheusText() -> String {
        let families = families.withLock { $0 }
        let help = help.withLock { $0 }
        var text = PrometheusText()
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text.append(name: name, family: family, help: help[family.label])
        }
        return text.text
    }

    /// The media type of `prometheusText()`.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"
}

// MARK: - MetricsFactory

extension MetricsRegistry {
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        guard case .counter(let counter)? = series(label, .counter, dimensions, make: { .counter(CounterMetric()) })
        else { return NOOPMetricsHandler.instance }
        return counter
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    /// A histogram of sizes with `aggregate`, else a gauge.
    public func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return gauge(label, dimensions) ?? NOOPMetricsHandler.instance }
        let make = { MetricSeries.histogram(HistogramMetric(bounds: HistogramMetric.sizes)) }
        guard case .histogram(let histogram)? = series(label, .histogram, dimensions, make: make)
        else { return NOOPMetricsHandler.instance }
        return histogram
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let make = { MetricSeries.histogram(HistogramMetric(bounds: HistogramMetric.seconds)) }
        guard case .histogram(let histogram)? = series(label, .timer, dimensions, make: make)
        else { return NOOPMetricsHandler.instance }
        return histogram
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeMetric? {
        guard case .gauge(let gauge)? = series(label, .gauge, dimensions, make: { .gauge(GaugeMetric()) })
        else { return nil }
        return gauge
    }

    // Prometheus expects a series to persist, and other callers may hold the same handler.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}
}
