import Dashboard
import Domain
import UseCases

/// The movement chart and the table beside it.
enum MovementValues {
    /// - Returns: nil when nothing has moved.
    static func chart(_ lines: [MovementLine]) -> [String: Any]? {
        let movements = lines.map(Movement.init)
        guard let first = movements.first, let last = movements.last,
            movements.contains(where: { $0.unitsIn != 0 || $0.unitsOut != 0 || $0.unitsAdjusted != 0 })
        else { return nil }
        let chart = MovementChart(
            bars: movements.map { .init(name: $0.start.day, unitsIn: $0.unitsIn, unitsOut: $0.unitsOut) })
        let text = """
            \(Figures.grouped(sum(movements.map(\.unitsIn)))) units in and \
            \(Figures.grouped(sum(movements.map(\.unitsOut)))) out from \(first.start.day) to \(last.start.day).
            """
        return [
            "svg": chart.svg(title: "Units in and out on each day", text: text),
            "labels": chart.labels.map { Figures.grouped($0) },
            "first": first.start.day, "last": last.start.day,
            // Newest first.
            "rows": movements.reversed().map { movement in
                [
                    "date": movement.start.date, "day": movement.start.day, "in": Figures.grouped(movement.unitsIn),
                    "out": Figures.grouped(movement.unitsOut), "adjusted": Figures.signed(movement.unitsAdjusted),
                ]
            } as [[String: Any]],
        ]
    }

    /// A line in the form that the chart needs.
    private struct Movement {
        let start: Moment
        let unitsIn: Int64
        let unitsOut: Int64
        let unitsAdjusted: Int64

        init(_ line: MovementLine) {
            start = Moment(RFC3339.format(line.start))
            unitsIn = line.unitsIn.clampedInteger
            unitsOut = line.unitsOut.clampedInteger
            unitsAdjusted = line.unitsAdjusted.clampedInteger
        }
    }

    private static func sum(_ values: [Int64]) -> Int64 {
        values.reduce(0) { sum, value in
            let (total, overflow) = sum.addingReportingOverflow(value)
            return overflow ? .max : total
        }
    }
}

extension ExactDecimal {
    /// The whole units, clamped to 64 bits.
    fileprivate var clampedInteger: Int64 {
        Int64(description.prefix { $0 != "." }) ?? (description.hasPrefix("-") ? .min : .max)
    }
}
