import FoundationEssentials

extension ReplayReport {
    /// The report for a program: one JSON object on one line, keys in `snake_case`, without a line break at the end.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // It cannot fail: no number in it is infinite and no key is anything but a name.
        guard let data = try? encoder.encode(Document(self)) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    private struct Document: Encodable {
        struct Load: Encodable {
            var productsCreated: Int
            var productsPresent: Int
            var warehousesCreated: Int
            var warehousesPresent: Int
            var recordsCreated: Int
            var stockReceived: Int
            var unitsReceived: Int
            var stockEmpty: Int
            var stockPresent: Int
            var seconds: Double
        }

        struct Milliseconds: Encodable {
            var count: Int
            var p50: Double
            var p95: Double
            var p99: Double
            var max: Double
        }

        var ending: String
        var clean: Bool
        var load: Load
        var orders: Int
        var reserved: Int
        var linesReserved: Int
        var unitsReserved: Int
        var refused: Int
        var confirmed: Int
        var linesConfirmed: Int
        var unitsConfirmed: Int
        var released: Int
        var skipped: Int
        var failed: Int
        var unfinished: Int
        var requests: Int
        var retries: Int
        var responses5xx: Int
        var connectionErrors: Int
        var seconds: Double
        var ordersPerSecond: Double
        var requestsPerSecond: Double
        var latencyMs: [String: Milliseconds]
        var failures: [String]

        enum CodingKeys: String, CodingKey {
            case ending, clean, load, orders, reserved, linesReserved, unitsReserved, refused, confirmed, linesConfirmed
            case unitsConfirmed, released, skipped, failed, unfinished, requests, retries
            // The strategy would leave `5xx` joined to the word before it.
            case responses5xx = "responses_5xx"
            case connectionErrors, seconds, ordersPerSecond, requestsPerSecond, latencyMs, failures
        }

        init(_ report: ReplayReport) {
            let counts = report.counts
            ending = report.ending.rawValue
            clean = report.isClean
            load = Load(
                productsCreated: counts.productsCreated,
                productsPresent: counts.productsPresent,
                warehousesCreated: counts.warehousesCreated,
                warehousesPresent: counts.warehousesPresent,
                recordsCreated: counts.recordsCreated,
                stockReceived: counts.stockReceived,
                unitsReceived: counts.unitsReceived,
                stockEmpty: counts.stockEmpty,
                stockPresent: counts.stockPresent,
                seconds: rounded(report.loadSeconds)
            )
            orders = report.orders
            reserved = counts.reserved
            linesReserved = counts.linesReserved
            unitsReserved = counts.unitsReserved
            refused = counts.refused
            confirmed = counts.confirmed
            linesConfirmed = counts.linesConfirmed
            unitsConfirmed = counts.unitsConfirmed
            released = counts.released
            skipped = counts.skipped
            failed = counts.failed
            unfinished = counts.unfinished
            requests = counts.requests
            retries = counts.retries
            responses5xx = counts.serverErrors
            connectionErrors = counts.connectionErrors
            seconds = rounded(report.replaySeconds)
            ordersPerSecond = rounded(report.ordersPerSecond)
            requestsPerSecond = rounded(report.requestsPerSecond)
            let named = ["reserve": report.reserve, "confirm": report.confirm, "release": report.release]
            latencyMs = named.compactMapValues { latency in
                latency.map {
                    Milliseconds(
                        count: $0.count,
                        p50: rounded($0.p50),
                        p95: rounded($0.p95),
                        p99: rounded($0.p99),
                        max: rounded($0.maximum)
                    )
                }
            }
            failures = report.failures
        }
    }
}

/// Microseconds are the last places that mean something.
private func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
