import Dashboard
import Domain

/// A record's ledger as a chart and as table lines.
enum HistoryValues {
    /// - Parameter entries: newest first.
    /// - Returns: nil without entries.
    static func chart(_ entries: [LedgerEntry], sku: SKU, code: String) -> [String: Any]? {
        guard let newest = entries.first, let oldest = entries.last else { return nil }
        let steps = entries.reversed().map { entry in
            HistoryChart.Step(
                at: entry.createdAt.milliseconds, onHand: entry.quantityAfter,
                available: entry.quantityAfter - entry.reservedAfter)
        }
        // The chart ends a little after the last change, so that the change is visible.
        let span = newest.createdAt.milliseconds - oldest.createdAt.milliseconds
        let chart = HistoryChart(steps: steps, end: newest.createdAt.milliseconds + max(1_000, span / 40))
        let first = Moment(RFC3339.format(oldest.createdAt))
        let isBrief = span < 600_000
        let last = Moment(RFC3339.format(newest.createdAt))
        let text = """
            From \(Figures.grouped(oldest.quantityAfter)) on hand at \(first.short) to \
            \(Figures.grouped(newest.quantityAfter)) at \(last.short), of which \
            \(Figures.grouped(newest.quantityAfter - newest.reservedAfter)) are available.
            """
        return [
            "svg": chart.svg(title: "On hand and available units of \(sku) in \(code)", text: text),
            "labels": chart.labels.map { Figures.grouped($0) },
            "first": isBrief ? first.full : first.short, "last": isBrief ? last.full : last.short,
        ]
    }

    static func line(_ entry: LedgerEntry) -> [String: Any] {
        var values: [String: Any] = [
            "at": PageFormatting.moment(entry.createdAt), "type": entry.kind.rawValue.replacing("_", with: " "),
            "onHand": Figures.grouped(entry.quantityAfter),
            "reserved": Figures.grouped(entry.reservedAfter), "actor": entry.actor,
            "version": Figures.grouped(entry.version),
            "onHandChange": entry.quantityChange == 0 ? "" : Figures.signed(entry.quantityChange),
            "reservedChange": entry.reservedChange == 0 ? "" : Figures.signed(entry.reservedChange),
        ]
        if let order = entry.orderID {
            values["order"] = order.description
            values["shortOrder"] = PageFormatting.short(order)
        }
        if let reason = entry.reason { values["reason"] = reason }
        if let reference = entry.reference { values["reference"] = reference }
        return values
    }
}
