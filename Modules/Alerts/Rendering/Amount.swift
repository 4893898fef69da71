import Domain

/// A sum or product of money in hundredths, exact: a quantity times a price can exceed 64 bits.
struct Amount: Hashable, Sendable, CustomStringConvertible {
    private(set) var hundredths: Int128

    static let zero = Amount(hundredths: 0)

    private init(hundredths: Int128) {
        self.hundredths = hundredths
    }

    /// Cannot overflow: 63 bits times 63 bits fit.
    init(_ quantity: Int64, times price: Money) {
        hundredths = Int128(quantity) * Int128(price.hundredths)
    }

    /// Saturates at the end of the range, which only corrupt data can reach.
    static func += (left: inout Amount, right: Amount) {
        let (sum, overflow) = left.hundredths.addingReportingOverflow(right.hundredths)
        left.hundredths = overflow ? (right.hundredths < 0 ? .min : .max) : sum
    }

    /// A decimal with exactly two places: `19.90`.
    var description: String {
        let (units, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        return "\(hundredths < 0 ? "-" : "")\(units).\(rest < 10 ? "0" : "")\(rest)"
    }
}
