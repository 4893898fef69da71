extension ReplayReport {
    /// The report for people: about ten lines, without a line break at the end.
    public var text: String {
        var lines = [
            "replay \(endingText): load \(fixed(loadSeconds, 1)) s, orders \(fixed(replaySeconds, 1)) s",
            "catalogue   products \(counts.productsCreated) created, \(counts.productsPresent) there; "
                + "warehouses \(counts.warehousesCreated) created, \(counts.warehousesPresent) there",
            "stock       records \(counts.recordsCreated) created; opening stock into \(counts.stockReceived) "
                + "(\(counts.unitsReceived) units), \(counts.stockPresent) left alone",
            "orders      \(counts.ordersDone) of \(orders): reserved \(counts.reserved), refused \(counts.refused), "
                + "confirmed \(counts.confirmed), released \(counts.released), skipped \(counts.skipped), "
                + "failed \(counts.failed)" + (counts.unfinished > 0 ? ", unfinished \(counts.unfinished)" : ""),
            "sold        \(counts.unitsConfirmed) units on \(counts.linesConfirmed) lines of confirmed orders",
            "rate        \(fixed(ordersPerSecond, 1)) orders/s, \(fixed(requestsPerSecond, 1)) requests/s",
        ]
        for (name, latency) in [("reserve", reserve), ("confirm", confirm), ("release", release)] {
            guard let latency else { continue }
            lines.append(
                "\(name)  ms  p50 \(fixed(latency.p50, 2))  p95 \(fixed(latency.p95, 2))  "
                    + "p99 \(fixed(latency.p99, 2))  max \(fixed(latency.maximum, 2))  (\(latency.count))"
            )
        }
        lines.append(
            "calls       \(counts.requests) requests, \(counts.retries) retries, 5xx \(counts.serverErrors), "
                + "connection errors \(counts.connectionErrors)"
        )
        lines += failures.map { "failed      \($0)" }
        if counts.failed > failures.count, !failures.isEmpty {
            lines.append("failed      and \(counts.failed - failures.count) more")
        }
        if !isClean {
            lines.append("NOT CLEAN   \(counts.failed) failed orders, \(counts.serverErrors) answers of 5xx")
        }
        return lines.joined(separator: "\n")
    }

    private var endingText: String {
        switch ending {
        case .complete: "complete"
        case .interrupted: "interrupted"
        case .gaveUp: "given up after too many failed orders in a row"
        }
    }

    /// Avoids linking all of Foundation for its number formatting.
    private func fixed(_ value: Double, _ places: Int) -> String {
        let scale = places == 1 ? 10 : 100
        let scaled = Int((value * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }
}
