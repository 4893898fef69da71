import Domain
import TestSupport
import Testing

struct MoneyTests {
    @Test(
        "a price with at most two places is read exactly",
        arguments: [
            ("0", 0), ("0.0", 0), ("0.00", 0), ("0.01", 1), ("19", 1_900), ("19.9", 1_990), ("19.99", 1_999),
            ("007", 700), ("0000000000000000000000000000001.50", 150), ("9999999999", 999_999_999_900),
            ("9999999999.99", 999_999_999_999),
        ])
    func read(_ text: String, _ hundredths: Int64) {
        #expect(Money(price: text) == Money(hundredths: hundredths))
    }

    @Test(
        "text that is not a price is refused",
        arguments: [
            "", ".", ".5", "5.", "-1", "-0", "+1", "1e3", "1E3", "19.999", "19.990", "0.000", "1.2.3", "1..2", " 1",
            "1 ", "1,5", "1_000", "0x10", "NaN", "inf", "١", "1\u{0}", "10000000000", "10000000000.00",
            "9999999999.991", "99999999999", "18446744073709551616", "9223372036854775807",
            String(repeating: "9", count: 400),
        ])
    func refused(_ text: String) {
        #expect(Money(price: text) == nil)
    }

    @Test("every price is written with two places and parses back to itself")
    func roundTrip() {
        var random = SeededRandom()
        for _ in 0..<5_000 {
            let digits = Int64.random(in: 1...12, using: &random)
            let bound = (0..<digits).reduce(Int64(1)) { product, _ in product * 10 }
            let money = Money(hundredths: .random(in: 0..<bound, using: &random))
            let text = money.description
            #expect(text.utf8.suffix(3).first == UInt8(ascii: "."), "seed \(random.seed)")
            #expect(Money(price: text) == money, "seed \(random.seed): \(text)")
            #expect(Money(price: "00" + text) == money, "seed \(random.seed): \(text)")
            #expect(Money(price: text + "0") == nil, "seed \(random.seed): \(text)")
        }
    }

    @Test("every amount is written with exactly two places")
    func written() {
        let texts: [(Int64, String)] = [
            (0, "0.00"), (5, "0.05"), (50, "0.50"), (1_999, "19.99"), (-5, "-0.05"), (-1_999, "-19.99"),
            (.max, "92233720368547758.07"), (.min, "-92233720368547758.08"),
        ]
        for (hundredths, text) in texts { #expect(Money(hundredths: hundredths).description == text) }
    }

    @Test("amounts are ordered by their value")
    func order() {
        #expect(Money(hundredths: -1) < Money(hundredths: 0))
        #expect(Money(hundredths: 999) < Money(hundredths: 1_000))
        #expect(Money.highestPrice.description == "9999999999.99")
    }
}
