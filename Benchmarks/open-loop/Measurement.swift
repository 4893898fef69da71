import Basics

/// The result of a run.
struct Measurement: Sendable {
    /// From when a request was due to the end of its response.
    var latencies = LatencyHistogram()
    /// How late a request was sent, because all connections were busy or the generator itself was late.
    var lateSends = LatencyHistogram()
    var scheduled = 0
    var unanswered = 0
    /// Connections that ended before the run did.
    var broken = 0
    /// Answers that were not 2xx, by status.
    var errors: [Int: Int] = [:]
    /// From the first due time to the last answer.
    var seconds = 0.0

    /// One line of JSON; latencies in milliseconds.
    var json: String {
        let byStatus = errors.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
        return "{\"scheduled\":\(scheduled),\"answered\":\(latencies.count),\"unanswered\":\(unanswered),"
            + "\"broken\":\(broken),\"errors\":{\(byStatus)},\"rate\":\(Double(latencies.count) / max(seconds, 1e-9)),"
            + "\"p50\":\(milliseconds(latencies, 0.5)),\"p90\":\(milliseconds(latencies, 0.9)),"
            + "\"p99\":\(milliseconds(latencies, 0.99)),\"p999\":\(milliseconds(latencies, 0.999)),"
            + "\"max\":\(milliseconds(latencies, 1)),\"late_p99\":\(milliseconds(lateSends, 0.99))}"
    }

    private func milliseconds(_ histogram: LatencyHistogram, _ part: Double) -> Double {
        ((histogram.quantile(part) ?? .zero) / .microseconds(1)).rounded() / 1e3
    }
}
