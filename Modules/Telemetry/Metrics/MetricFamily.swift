/// All series with one name.
struct MetricFamily: Sendable {
    /// The name without a unit suffix.
    let label: String
    let kind: MetricKind
    var series: [MetricLabels: MetricSeries] = [:]
}

enum MetricKind: Sendable {
    case counter
    case gauge
    /// A histogram of sizes.
    case histogram
    /// A histogram of seconds.
    case timer
}

enum MetricSeries: Sendable {
    case counter(CounterMetric)
    case gauge(GaugeMetric)
    case histogram(HistogramMetric)
}

/// The labels of a series in the exposition format, independent of the order in which they were passed.
struct MetricLabels: Hashable, Sendable, Comparable {
    /// Without braces: `method="GET",status="200"`.
    let text: String

    static let overflow = MetricLabels([("overflow", "true")])

    init(_ dimensions: [(String, String)]) {
        // Prometheus rejects a whole scrape if a series repeats a label, so the last value wins.
        var values: [String: String] = [:]
        for (name, value) in dimensions { values[MetricName.label(name)] = value }
        text = values.sorted { $0.key < $1.key }
            .map { "\($0.key)=\"\(Self.escaped($0.value))\"" }
            .joined(separator: ",")
    }

    static func < (left: Self, right: Self) -> Bool { left.text < right.text }

    private static func escaped(_ value: String) -> String {
        var result = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

enum MetricName {
    /// The name as Prometheus shows it.
    static func exposed(_ label: String, _ kind: MetricKind) -> String {
        let name = sanitized(label)
        switch kind {
        case .counter: return name.hasSuffix("_total") ? name : name + "_total"
        case .timer: return name.hasSuffix("_seconds") ? name : name + "_seconds"
        case .gauge, .histogram: return name
        }
    }

    static func sanitized(_ name: String) -> String { sanitized(name, allowingColon: true) }

    /// `le` is reserved for histograms.
    static func label(_ name: String) -> String {
        let name = sanitized(name, allowingColon: false)
        return name == "le" ? "le_" : name
    }

    private static func sanitized(_ name: String, allowingColon: Bool) -> String {
        var result = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": result.unicodeScalars.append(scalar)
            case "0"..."9":
                if result.isEmpty { result = "_" }
                result.unicodeScalars.append(scalar)
            case ":" where allowingColon: result.unicodeScalars.append(scalar)
            default: result += "_"
            }
        }
        return result.isEmpty ? "_" : result
    }
}
