import TestSupport
import Testing

@testable import Dashboard

@Suite("Figures")
struct FiguresTests {
    @Test func `Thousands are separated, and removing the separators gives the number back`() {
        #expect(Figures.grouped(0) == "0")
        #expect(Figures.grouped(999) == "999")
        #expect(Figures.grouped(-1_000) == "−1,000")
        #expect(Figures.grouped(.min) == "−9,223,372,036,854,775,808")
        var random = SeededRandom()
        for _ in 0..<2_000 {
            let number = Int64(bitPattern: random.next()) >> Int64.random(in: 0..<63, using: &random)
            let text = Figures.grouped(number)
            let plain = text.replacing(",", with: "").replacing("−", with: "-")
            #expect(Int64(plain) == number, "seed \(random.seed)")
            let groups = text.drop { $0 == "−" }.split(separator: ",")
            #expect(groups.dropFirst().allSatisfy { $0.count == 3 } && (1...3).contains(groups[0].count), "\(text)")
        }
    }

    @Test func `A change has a sign unless it is zero`() {
        #expect([5, -5, 0].map { Figures.signed($0) } == ["+5", "−5", "0"])
    }

    @Test func `Decimals keep their places at any size`() {
        #expect(Figures.grouped(decimal: "90071992547319838007452590.09") == "90,071,992,547,319,838,007,452,590.09")
        #expect(Figures.grouped(decimal: "-1234.50") == "−1,234.50")
        #expect(Figures.grouped(decimal: "0.00") == "0.00")
        for odd in ["", "-", "NaN", "1e9", "1.2.3", ".5"] { #expect(Figures.grouped(decimal: odd) == odd) }
    }

    @Test func `A percentage is rounded down, so that only the whole is 100`() {
        #expect(Figures.percent(999_999, of: 1_000_000) == "99.9")
        #expect(Figures.percent(7, of: 7) == "100.0")
        #expect(Figures.percent(0, of: 7) == "0.0")
        #expect(Figures.percent(0, of: 0) == nil)
        #expect(Figures.percent(.max, of: .max) == "100.0")
    }

    @Test func `Milliseconds have about two significant digits`() {
        let seconds = [0.000_42, 0.009_99, 0.009_96, 0.0042, 0.042, 1.042, 0, .infinity, .nan]
        #expect(
            seconds.map { Figures.milliseconds(seconds: $0) }
                == ["0.42", "10.0", "10.0", "4.2", "42", "1,042", "0.00", "–", "–"])
    }

    @Test func `A moment is exact for programs and short for people`() {
        let moment = Moment("2026-11-02T05:07:09.123Z")
        #expect(moment.short == "2026-11-02 05:07 UTC" && moment.full == "2026-11-02 05:07:09 UTC")
        #expect(moment.day == "2 Nov" && Moment("").day == "")
    }
}
