/// Numbers formatted for people.
public enum Figures {
    /// With thousands separators and a typographic minus sign: `1,234,567`, `−12`.
    public static func grouped(_ number: Int64) -> String {
        (number < 0 ? "−" : "") + groups(String(number.magnitude))
    }

    /// The same, with a sign unless the number is 0: `+12`.
    public static func signed(_ number: Int64) -> String {
        number > 0 ? "+\(grouped(number))" : grouped(number)
    }

    /// Groups the text of a decimal: `1234567.89` becomes `1,234,567.89`. Other text is returned unchanged.
    public static func grouped(decimal text: String) -> String {
        let isNegative = text.hasPrefix("-")
        let parts = text.dropFirst(isNegative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts[0].isEmpty,
            parts.allSatisfy({ $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } })
        else { return text }
        return (isNegative ? "−" : "") + groups(parts[0]) + (parts.count == 2 ? ".\(parts[1])" : "")
    }

    /// The CSS class that shrinks a long figure in a tile; nil if the figure fits any tile.
    public static func size(of figure: String) -> String? {
        switch figure.count {
        case ...11: nil
        case ...16: "long"
        case ...24: "longer"
        default: "longest"
        }
    }

    /// A percentage with one decimal place, rounded down, so that only the whole is 100 %.
    public static func percent(_ part: Int64, of whole: Int64) -> String? {
        guard whole > 0 else { return nil }
        let thousandths = Int64(Int128(max(0, part)) * 1_000 / Int128(whole))
        return "\(thousandths / 10).\(thousandths % 10)"
    }

    /// Seconds as milliseconds with about two significant digits: `0.42`, `4.2`, `42`, `1,042`.
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
