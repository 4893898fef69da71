/// Numbers as people read them.
public enum Figures {
    /// With a comma between thousands and a minus sign of the width of a plus: `1,234,567`, `−12`.
    public static func grouped(_ number: Int64) -> String {
        (number < 0 ? "−" : "") + groups(String(number.magnitude))
    }

    /// The same with a sign in any case but 0: `+12`.
    public static func signed(_ number: Int64) -> String {
        number > 0 ? "+\(grouped(number))" : grouped(number)
    }

    /// A decimal's text: `1234567.89` is `1,234,567.89`. What is no decimal stays as it is.
    public static func grouped(decimal text: String) -> String {
        let isNegative = text.hasPrefix("-")
        let parts = text.dropFirst(isNegative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts[0].isEmpty,
            parts.allSatisfy({ $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } })
        else { return text }
        return (isNegative ? "−" : "") + groups(parts[0]) + (parts.count == 2 ? ".\(parts[1])" : "")
    }

    /// The class of a tile's figure by its length, for which the style has a size; nil for what fits any tile.
    public static func size(of figure: String) -> String? {
        switch figure.count {
        case ...11: nil
        case ...16: "long"
        case ...24: "longer"
        default: "longest"
        }
    }

    /// A share of 0 ... 1 with one place, rounded down: what is not all is not 100 %.
    public static func percent(_ part: Int64, of whole: Int64) -> String? {
        guard whole > 0 else { return nil }
        let thousandths = Int64(Int128(max(0, part)) * 1_000 / Int128(whole))
        return "\(thousandths / 10).\(thousandths % 10)"
    }

    /// Seconds as milliseconds with as many places as they are worth: `0.42`, `4.2`, `42`, `1,042`.
    public static func milliseconds(seconds: Double) -> String {
        let milliseconds = seconds * 1_000
        guard milliseconds.isFinite, milliseconds >= 0 else { return "–" }
        let places = milliseconds < 1 ? 100.0 : milliseconds < 10 ? 10.0 : 1.0
        let scaled = (min(milliseconds, 1e12) * places).rounded()
        let units = Int64(scaled / places)
        let rest = Int64(scaled) - units * Int64(places)
        switch places {
        case 100: return "\(grouped(units)).\(rest < 10 ? "0" : "")\(rest)"
        case 10: return "\(grouped(units)).\(rest)"
        default: return grouped(units)
        }
    }

    private static func groups(_ digits: some StringProtocol) -> String {
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
