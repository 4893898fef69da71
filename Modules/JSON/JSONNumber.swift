/// A JSON number as it was written.
package struct JSONNumber: Hashable, Sendable {
    /// In the form that RFC 8259, section 6, prescribes; only the reader and `init(_:)` create numbers.
    package let text: String

    package init(text: String) {
        self.text = text
    }

    package init(_ value: Int64) {
        text = String(value)
    }

    /// The result of multiplying a number by a power of ten.
    package enum Scaled: Hashable {
        case integer(Int64)
        /// Digits remain after the decimal point.
        case fraction
        /// The value does not fit into 64 bits.
        case outOfRange
    }

    /// The number as an integer. `2.0` and `1e2` are 2 and 100 (JSON Schema, *integer*).
    package var integer: Scaled { scaled(places: 0) }

    /// The number times ten to the power of `places`, exactly: never by floating point.
    package func scaled(places: Int) -> Scaled {
        let parts = Parts(text)
        guard parts.mantissa != 0 || parts.isLong else { return .integer(0) }
        let power = parts.power + places
        if power < 0 { return .fraction }
        // 10^19 exceeds 64 bits with any mantissa.
        if parts.isLong || power > 18 { return .outOfRange }
        var magnitude = parts.mantissa
        for _ in 0..<power {
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            if overflow { return .outOfRange }
            magnitude = product
        }
        return .integer(parts.isNegative ? -magnitude : magnitude)
    }

    /// The exponent in scientific notation; 0 for zero. Saturates at ±`Parts.highestExponent`.
    package var magnitude: Int {
        let parts = Parts(text)
        return parts.mantissa == 0 && !parts.isLong ? 0 : parts.power + parts.digits - 1
    }
}

extension JSONNumber {
    /// A number as mantissa × 10^power, with no leading or trailing zeros in the mantissa.
    private struct Parts {
        /// A larger exponent is as good as infinite. It is far below `Int.max`, so sums cannot overflow.
        static let highestExponent = 1_000_000_000

        var isNegative = false
        var mantissa: Int64 = 0
        /// The mantissa does not fit into 64 bits, and `mantissa` is meaningless.
        var isLong = false
        /// How many digits the mantissa has.
        var digits = 0
        var power = 0

        init(_ text: String) {
            var isFraction = false
            var zeros = 0
            var exponent = Exponent()
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9") where exponent.isPresent:
                    exponent.append(Int(byte - UInt8(ascii: "0")))
                case UInt8(ascii: "0"):
                    if digits > 0 { zeros += 1 }
                    if isFraction { power -= 1 }
                case UInt8(ascii: "1")...UInt8(ascii: "9"):
                    append(Int64(byte - UInt8(ascii: "0")), after: zeros)
                    zeros = 0
                    if isFraction { power -= 1 }
                case UInt8(ascii: "-"):
                    if exponent.isPresent { exponent.isNegative = true } else { isNegative = true }
                case UInt8(ascii: "."): isFraction = true
                case UInt8(ascii: "e"), UInt8(ascii: "E"): exponent.isPresent = true
                default: break
                }
            }
            power += zeros + exponent.value
        }

        private mutating func append(_ digit: Int64, after zeros: Int) {
            digits += zeros + 1
            // 18 digits always fit.
            guard digits <= 18 else {
                isLong = true
                return
            }
            for _ in 0..<zeros { mantissa *= 10 }
            mantissa = mantissa * 10 + digit
        }
    }

    private struct Exponent {
        var isPresent = false
        var isNegative = false
        private var magnitude = 0

        var value: Int { isNegative ? -magnitude : magnitude }

        mutating func append(_ digit: Int) {
            magnitude = min(magnitude * 10 + digit, Parts.highestExponent)
        }
    }
}
