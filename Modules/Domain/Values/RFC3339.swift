/// Writes times in RFC 3339, in UTC with milliseconds; reads them with any offset and any fraction.
public enum RFC3339 {
    private static let dayInMilliseconds: Int64 = 86_400_000
    /// 0000-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z: a year has four digits.
    private static let writable: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// `2026-11-22T15:00:00.123Z`. Instants outside the years 0 ... 9999 are clamped to that range.
    public static func format(_ instant: Instant) -> String {
        let milliseconds = min(max(instant.milliseconds, writable.lowerBound), writable.upperBound)
        var days = milliseconds / dayInMilliseconds
        if milliseconds % dayInMilliseconds < 0 { days -= 1 }
        let rest = milliseconds - days * dayInMilliseconds
        let date = CivilDate(daysSince1970: days)
        return String(unsafeUninitializedCapacity: 24) { buffer in
            write(date.year, digits: 4, to: buffer, at: 0)
            write(date.month, digits: 2, to: buffer, at: 5)
            write(date.day, digits: 2, to: buffer, at: 8)
            write(rest / 3_600_000, digits: 2, to: buffer, at: 11)
            write(rest / 60_000 % 60, digits: 2, to: buffer, at: 14)
            write(rest / 1_000 % 60, digits: 2, to: buffer, at: 17)
            write(rest % 1_000, digits: 3, to: buffer, at: 20)
            (buffer[4], buffer[7]) = (UInt8(ascii: "-"), UInt8(ascii: "-"))
            (buffer[10], buffer[23]) = (UInt8(ascii: "T"), UInt8(ascii: "Z"))
            (buffer[13], buffer[16], buffer[19]) = (UInt8(ascii: ":"), UInt8(ascii: ":"), UInt8(ascii: "."))
            return 24
        }
    }

    private static func write(
        _ value: Int64, digits: Int, to buffer: UnsafeMutableBufferPointer<UInt8>, at place: Int
    ) {
        var value = value
        for offset in stride(from: digits - 1, through: 0, by: -1) {
            buffer[place + offset] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10)
            value /= 10
        }
    }

    /// Parses a time; nil if the text is not RFC 3339. Fractions are truncated to milliseconds. Second 60 counts as the
    /// first of the next minute, as in PostgreSQL.
    ///
    /// A space before the offset counts as `+`: an unencoded `+` in a query arrives as a space.
    public static func parse(_ text: String) -> Instant? {
        var scanner = Scanner(text)
        guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2), scanner.skip("-"),
            let day = scanner.digits(2), scanner.skip("T") || scanner.skip("t"),
            let hour = scanner.digits(2), hour <= 23, scanner.skip(":"),
            let minute = scanner.digits(2), minute <= 59, scanner.skip(":"),
            let second = scanner.digits(2), second <= 60, let fraction = scanner.fraction(),
            let offset = scanner.offsetInMinutes(), scanner.isAtEnd
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        guard date.isValid else { return nil }
        let minutes = hour * 60 + minute - offset
        let milliseconds = date.daysSince1970 * dayInMilliseconds + minutes * 60_000 + second * 1_000 + fraction
        return Instant(milliseconds: milliseconds)
    }
}

extension RFC3339 {
    private struct Scanner {
        private var rest: Substring.UTF8View

        init(_ text: String) {
            rest = text[...].utf8
        }

        var isAtEnd: Bool { rest.isEmpty }

        mutating func skip(_ mark: Character) -> Bool {
            guard rest.first == mark.asciiValue else { return false }
            rest.removeFirst()
            return true
        }

        private mutating func digit() -> Int64? {
            guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            rest.removeFirst()
            return Int64(byte - UInt8(ascii: "0"))
        }

        mutating func digits(_ count: Int) -> Int64? {
            var value: Int64 = 0
            for _ in 0..<count {
                guard let digit = digit() else { return nil }
                value = value * 10 + digit
            }
            return value
        }

        /// Milliseconds; 0 without a fraction, nil if no digit follows the point.
        mutating func fraction() -> Int64? {
            guard skip(".") else { return 0 }
            guard var value = digit() else { return nil }
            var places = 1
            while let digit = digit() {
                if places < 3 { value = value * 10 + digit }
                places = min(places + 1, 3)
            }
            for _ in places..<3 { value *= 10 }
            return value
        }

        mutating func offsetInMinutes() -> Int64? {
            if skip("Z") || skip("z") { return 0 }
            let isNegative = skip("-")
            guard isNegative || skip("+") || skip(" "), let hours = digits(2), hours <= 23, skip(":"),
                let minutes = digits(2), minutes <= 59
            else { return nil }
            return (isNegative ? -1 : 1) * (hours * 60 + minutes)
        }
    }
}
