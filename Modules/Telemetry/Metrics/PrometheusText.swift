/// Writes the text exposition format, version 0.0.4.
struct PrometheusText {
    private(set) var text = ""

    mutating func append(name: String, family: MetricFamily, help: String?) {
        if let help {
            text += "# HELP \(name) \(escapedHelp(help))\n"
        }
        text += "# TYPE \(name) \(typeName(family.kind))\n"
        for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
            switch series {
            case .counter(let counter): appendSample(name, labels.text, "\(counter.value)")
            case .gauge(let gauge): appendSample(name, labels.text, number(gauge.value))
            case .histogram(let histogram): append(name, labels, histogram.distribution)
            }
        }
    }

    /// A metric without labels.
    mutating func append(_ name: String, _ kind: MetricKind, help: String, _ value: Double) {
        text += "# HELP \(name) \(escapedHelp(help))\n# TYPE \(name) \(typeName(kind))\n"
        appendSample(name, "", number(value))
    }

    private mutating func append(_ name: String, _ labels: MetricLabels, _ distribution: Distribution) {
        let separator = labels.text.isEmpty ? "" : ","
        var total: Int64 = 0
        for (index, count) in distribution.counts.enumerated() {
            total += count
            let bound = index < distribution.bounds.count ? number(distribution.bounds[index]) : "+Inf"
            appendSample("\(name)_bucket", "\(labels.text)\(separator)le=\"\(bound)\"", "\(total)")
        }
        appendSample("\(name)_sum", labels.text, number(distribution.sum))
        appendSample("\(name)_count", labels.text, "\(total)")
    }

    private mutating func appendSample(_ name: String, _ labels: String, _ value: String) {
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    private func typeName(_ kind: MetricKind) -> String {
        switch kind {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram, .timer: "histogram"
        }
    }

    private func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return "\(value)"
    }

    private func escapedHelp(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }
}
