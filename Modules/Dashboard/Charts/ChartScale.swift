/// An axis from 0 to a round figure.
struct ChartScale: Hashable {
    /// At least the highest value and at least 1.
    let top: Int64

    /// Round figures between 10 and 100; small counts use the figures below 10.
    private static let figures: [Int64] = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80]
    private static let smallFigures: [Int64] = [1, 2, 3, 4, 5, 6, 8]

    init(highest: Int64) {
        top = Self.smallFigures.first { $0 >= highest } ?? Self.top(above: highest)
    }

    private static func top(above highest: Int64) -> Int64 {
        var unit: Int64 = 1
        while true {
            for figure in figures {
                let (candidate, overflow) = figure.multipliedReportingOverflow(by: unit)
                if overflow { return .max }
                if candidate >= highest { return candidate }
            }
            // Beyond this the round figures exceed the range of Int64.
            unit *= 10
        }
    }

    /// The height of a value, from 0 at the axis to 1 at the top.
    func share(_ value: Int64) -> Double { Double(value) / Double(top) }

    /// The figures beside the axis: the top, the middle where it is whole, and 0.
    var labels: [Int64] { top % 2 == 0 ? [top, top / 2, 0] : [top, 0] }
}

/// A length in a drawing, to a tenth of its unit.
func length(_ value: Double) -> String {
    let tenths = Int64((value * 10).rounded())
    let rest = tenths.magnitude % 10
    return "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10)" + (rest == 0 ? "" : ".\(rest)")
}
