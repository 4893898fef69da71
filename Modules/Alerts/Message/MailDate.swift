import Domain

/// The date of RFC 5322, section 3.3, in UTC: `Sun, 22 Nov 2026 18:32:10 +0000`.
enum MailDate {
    private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    /// The format has a four-digit year and none before 1900.
    private static let representable = Int64(-2_208_988_800)...253_402_300_799

    static func text(_ instant: Instant) -> String {
        let parts = civil(instant)
        return "\(weekdays[parts.weekday]), \(padded(parts.day)) \(months[parts.month - 1]) \(parts.year)"
            + " \(padded(parts.hour)):\(padded(parts.minute)):\(padded(parts.second)) +0000"
    }

    /// For people: `2026-11-22 18:32 UTC`.
    static func shortText(_ instant: Instant) -> String {
        let parts = civil(instant)
        return
            "\(parts.year)-\(padded(parts.month))-\(padded(parts.day)) \(padded(parts.hour)):\(padded(parts.minute)) UTC"
    }

    private struct Civil {
        var year: Int
        /// 1 ... 12
        var month: Int
        var day: Int
        /// 0: Monday
        var weekday: Int
        var hour: Int
        var minute: Int
        var second: Int
    }

    /// Years of 365.2425 days that begin in March, so that the leap day is the last (Howard Hinnant, *chrono-compatible
    /// low-level date algorithms*). glibc's `gmtime_r` would do too, through a C struct.
    private static func civil(_ instant: Instant) -> Civil {
        let (quotient, remainder) = instant.milliseconds.quotientAndRemainder(dividingBy: 1_000)
        let wanted = remainder < 0 ? quotient - 1 : quotient
        let seconds = Int(min(max(wanted, representable.lowerBound), representable.upperBound))
        // Rounded down, before 1970 too.
        let days = (seconds - (seconds < 0 ? 86_399 : 0)) / 86_400
        let secondOfDay = seconds - days * 86_400

        // From 0000-03-01; positive for every date in range.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return Civil(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1,
            // 1970-01-01 was a Thursday.
            weekday: ((days % 7) + 7 + 3) % 7,
            hour: secondOfDay / 3_600, minute: secondOfDay / 60 % 60, second: secondOfDay % 60)
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
