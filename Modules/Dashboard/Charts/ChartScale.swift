/// An axis from 0 to a round figure.
struct ChartScale: Hashable {
    /// 1, 2 or 5 times a power of ten, at least the highest value.
    let top: Int64

    init(highest: Int64) {
        var step: Int64 = 1
        while true {
            for factor: Int64 in [1, 2, 5] {
                let (candidate, overflow) = step.multipliedReportingOverflow(by: factor)
                if overflow || candidate >= highest {
                    top = overflow ? .max : candidate
                    return
                }
            }
            let (next, overflow) = step.multipliedReportingOverflow(by: 10)
            guard !overflow else {
                top = .max
                return
            }
            step = next
        }
    }

    /// Where a value stands, from 0 at the axis to 1 at the top.
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
