import Domain
import Foundation
import MailTesting
import Testing

@testable import Alerts

@Suite struct MailDateTests {
    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 +0000"), (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
        (951_827_696_789, "Tue, 29 Feb 2000 12:34:56 +0000"), (1_790_000_000_999, "Mon, 21 Sep 2026 14:13:20 +0000"),
        (4_107_542_400_000, "Mon, 01 Mar 2100 00:00:00 +0000"), (Int64.max, "Fri, 31 Dec 9999 23:59:59 +0000"),
        (Int64.min, "Mon, 01 Jan 1900 00:00:00 +0000"),
    ])
    func `An instant is formatted as RFC 5322 requires`(milliseconds: Int64, text: String) {
        #expect(MailDate.text(Instant(milliseconds: milliseconds)) == text)
    }

    @Test func `It agrees with Foundation on random instants`() {
        let seed = SeededGenerator.testSeed()
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss Z"
        for _ in 0..<2_000 {
            let seconds = Int64.random(in: -2_208_988_800...253_402_300_799, using: &random)
            let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            #expect(MailDate.text(Instant(milliseconds: seconds * 1_000 + 17)) == expected)
        }
    }
}
