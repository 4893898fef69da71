import Testing

@testable import JSON

@Suite("JSON numbers")
struct JSONNumberTests {
    @Test(
        "are integers by value, not by form",
        arguments: [
            ("0", 0), ("-0", 0), ("0.0", 0), ("0e999999999999", 0), ("2.0", 2), ("1e2", 100), ("1E+2", 100),
            ("-1.5e1", -15), ("100e-2", 1), ("1000000000", 1_000_000_000), ("9007199254740991", 9_007_199_254_740_991),
            ("9007199254740991.000", 9_007_199_254_740_991), ("0.00000000000000000001e20", 1),
            ("100000000000000000000000e-20", 1_000), ("123456789012345678", 123_456_789_012_345_678),
        ] as [(String, Int64)]
    )
    func integers(_ text: String, _ value: Int64) {
        #expect(JSONNumber(text: text).integer == .integer(value))
    }

    @Test(
        "are not integers when digits remain after the decimal point",
        arguments: ["1.5", "1e-1", "15e-1", "0.1", "1e-400"])
    func fractions(_ text: String) {
        #expect(JSONNumber(text: text).integer == .fraction)
    }

    @Test(
        "are out of range beyond 64 bits, however large",
        arguments: [
            "1e19", "1e400", "-1e400", "99999999999999999999", "1e99999999999999999999", "12345678901234567890e1",
        ]
    )
    func outOfRange(_ text: String) {
        #expect(JSONNumber(text: text).integer == .outOfRange)
    }

    @Test("scale exactly to hundredths")
    func hundredths() {
        #expect(JSONNumber(text: "19.99").scaled(places: 2) == .integer(1_999))
        #expect(JSONNumber(text: "0.29").scaled(places: 2) == .integer(29))
        #expect(JSONNumber(text: "1e2").scaled(places: 2) == .integer(10_000))
        #expect(JSONNumber(text: "19.990").scaled(places: 2) == .integer(1_999))
        #expect(JSONNumber(text: "19.999").scaled(places: 2) == .fraction)
    }

    @Test("have the magnitude of scientific notation")
    func magnitude() {
        #expect(JSONNumber(text: "0.001").magnitude == -3)
        #expect(JSONNumber(text: "12300").magnitude == 4)
        #expect(JSONNumber(text: "1e400").magnitude == 400)
        #expect(JSONNumber(text: "0e400").magnitude == 0)
    }
}
