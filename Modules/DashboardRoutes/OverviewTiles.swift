import Dashboard
import HTTPCore
import UseCases

/// The figures at the top of the overview.
enum OverviewTiles {
    static func tiles(_ summary: StockSummary, currency: String) -> [[String: Any]] {
        let records = Figures.grouped(summary.inventoryCount)
        var tiles: [[String: Any]] = [
            tile(
                "out", "Out of stock", Figures.grouped(summary.outOfStockCount), note: "of \(records) records",
                tone: summary.outOfStockCount > 0 ? "bad" : nil),
            tile(
                "low", "Low stock", Figures.grouped(summary.lowStockCount),
                note: summary.openAlerts == 1
                    ? "1 alert not yet seen" : "\(Figures.grouped(summary.openAlerts)) alerts not yet seen",
                tone: summary.lowStockCount > 0 ? "warn" : nil),
            tile(
                "value", "Inventory value", Figures.grouped(decimal: summary.inventoryValue.description),
                unit: currency,
                note: "\(Figures.grouped(summary.productCount)) products"),
            tile(
                "pending", "Pending reservations", Figures.grouped(summary.pendingReservations),
                note: "\(PageFormatting.units(summary.pendingUnits)) held for checkout"),
        ]
        let refused = summary.attempts - summary.succeeded
        if let rate = Figures.percent(summary.succeeded, of: summary.attempts) {
            let word = summary.attempts == 1 ? "checkout" : "checkouts"
            tiles.append(
                tile(
                    "rate", "Checkout success", rate, unit: "%",
                    note: "\(Figures.grouped(summary.attempts)) \(word) in 24 h, \(Figures.grouped(refused)) refused"))
        } else {
            tiles.append(tile("rate", "Checkout success", "–", note: "no checkout in 24 h"))
        }
        // The second row has three tiles: this one and the two latencies.
        tiles[tiles.count - 1]["shape"] = "third lone"
        return tiles
    }

    /// This server's latencies, in milliseconds.
    static func latencyTiles(_ latencies: ServiceLatencies) -> [[String: Any]] {
        [
            latencyTile("Response time", latencies.response, note: "this server, since its start"),
            latencyTile("Lock wait", latencies.lockWait, note: "this server, since its start"),
        ]
    }

    private static func latencyTile(
        _ name: String, _ percentiles: ServiceLatencies.Percentiles, note: String
    ) -> [String: Any] {
        func text(_ seconds: Double?) -> String { seconds.map { Figures.milliseconds(seconds: $0) } ?? "–" }
        return [
            "name": name, "p50": text(percentiles.p50), "p95": text(percentiles.p95), "p99": text(percentiles.p99),
            "note": note,
        ]
    }

    static func tile(
        _ id: String, _ name: String, _ figure: String, unit: String? = nil, note: String, tone: String? = nil
    ) -> [String: Any] {
        var values: [String: Any] = ["id": id, "name": name, "figure": figure, "note": note]
        if let unit { values["unit"] = unit }
        if let size = Figures.size(of: figure) { values["size"] = size }
        if let tone { values["tone"] = tone }
        return values
    }
}
