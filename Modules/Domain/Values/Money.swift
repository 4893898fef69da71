/// An amount of money in hundredths of the currency's unit. Never floating point.
public struct Money: Hashable, Sendable, Comparable {
    public let hundredths: Int64

    public init(hundredths: Int64) {
        self.hundredths = hundredths
    }

    /// The highest price that a product may have: 9,999,999,999.99.
    public static let highestPrice = Money(hundredths: 999_999_999_999)

    public static func < (left: Self, right: Self) -> Bool { left.hundredths < right.hundredths }

    /// Parses a decimal with at most two places: `0`, `19.9`, `19.99`. No sign, no exponent, no spaces.
    /// - Returns: nil if the text has another form or the price is above `highestPrice`.
    public init?(price text: some StringProtocol) {
        var hundredths: Int64 = 0
        var places: Int?
        var digits = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                if let count = places {
                    guard count < 2 else { return nil }
                    places = count + 1
                }
                hundredths = hundredths * 10 + Int64(byte - UInt8(ascii: "0"))
                // Checked after every digit, so that the sum cannot overflow.
                guard hundredths <= Self.highestPrice.hundredths else { return nil }
            case UInt8(ascii: "."):
                guard places == nil, digits > 0 else { return nil }
                places = 0
            default: return nil
            }
        }
        guard digits > 0, places != 0 else { return nil }
        for _ in (places ?? 0)..<2 {
            hundredths *= 10
        }
        guard hundredths <= Self.highestPrice.hundredths else { return nil }
        self.init(hundredths: hundredths)
    }
}

extension Money: CustomStringConvertible {
    /// A decimal with exactly two places: `19.90`.
    public var description: String {
        let (units, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
        return "\(hundredths < 0 ? "-" : "")\(units).\(rest < 10 ? "0" : "")\(rest)"
    }
}
