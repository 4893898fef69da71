import Domain
import Foundation
import Testing

@Suite("RFC 3339")
struct RFC3339Tests {
    @Test("writes UTC with milliseconds")
    func format() {
        #expect(RFC3339.format(Samples.instant) == Samples.instantText)
        #expect(RFC3339.format(Instant(milliseconds: 0)) == "1970-01-01T00:00:00.000Z")
        #expect(RFC3339.format(Instant(milliseconds: -1)) == "1969-12-31T23:59:59.999Z")
        #expect(RFC3339.format(Instant(milliseconds: .max)) == "9999-12-31T23:59:59.999Z")
        #expect(RFC3339.format(Instant(milliseconds: .min)) == "0000-01-01T00:00:00.000Z")
    }

    @Test(
        "reads any offset and any fraction",
        arguments: [
            ("2026-11-22T15:00:00.123Z", 1_795_359_600_123), ("2026-11-22t15:00:00.123z", 1_795_359_600_123),
            ("2026-11-22T16:00:00.123+01:00", 1_795_359_600_123), ("2026-11-22T16:00:00.123 01:00", 1_795_359_600_123),
            ("2026-11-22T09:30:00.123-05:30", 1_795_359_600_123), ("2026-11-22T15:00:00.1239999Z", 1_795_359_600_123),
            ("2026-11-22T15:00:00.1Z", 1_795_359_600_100), ("2026-11-22T15:00:00Z", 1_795_359_600_000),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("2016-12-31T23:59:60Z", 1_483_228_800_000),
            ("1969-12-31T23:59:59.999Z", -1),
        ] as [(String, Int64)]
    )
    func parse(_ text: String, _ milliseconds: Int64) {
        #expect(RFC3339.parse(text) == Instant(milliseconds: milliseconds))
    }

    @Test(
        "refuses malformed times",
        arguments: [
            "", "now", "2026-11-22", "2026-11-22T15:00:00", "2026-11-22 15:00:00Z", "2026-11-22T15:00Z",
            "2026-13-22T15:00:00Z", "2026-00-22T15:00:00Z", "2026-02-29T15:00:00Z", "2026-11-31T15:00:00Z",
            "2026-11-22T24:00:00Z", "2026-11-22T15:60:00Z", "2026-11-22T15:00:61Z", "2026-11-22T15:00:00.Z",
            "2026-11-22T15:00:00+1:00", "2026-11-22T15:00:00+24:00", "2026-11-22T15:00:00Zx", "12026-11-22T15:00:00Z",
            "2026-11-22T15:00:00.123", "٢٠٢٦-11-22T15:00:00Z", "1795359600",
        ]
    )
    func refuse(_ text: String) {
        #expect(RFC3339.parse(text) == nil)
    }

    @Test("agrees with Foundation on 20,000 instants, and reads what it writes")
    func agreement() throws {
        var random = SplitMix(seed: 4)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for _ in 0..<20_000 {
            // 1600 ... 9999: before that Foundation's calendar is Julian.
            let milliseconds = Int64.random(in: -11_676_096_000_000...253_402_300_799_999, using: &random)
            let text = RFC3339.format(Instant(milliseconds: milliseconds))
            #expect(RFC3339.parse(text) == Instant(milliseconds: milliseconds))
            let date = try style.parse(text)
            #expect(Int64((date.timeIntervalSince1970 * 1_000).rounded()) == milliseconds, "\(text)")
        }
    }
}
