import CSV
import Testing

/// Random numbers that depend on a seed alone (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite("CSV round trips")
struct CSVRoundTripTests {
    @Test("random tables come back unchanged, wherever the text is cut")
    func roundTrip() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("CSV round trip seed: \(seed)")
        var random = SeededGenerator(state: seed)
        for _ in 0..<300 {
            let table = Self.table(&random)
            let text = Self.text(table, &random)
            let piece = Int.random(in: 1...40, using: &random)
            let rows = try CSVReaderTests.rows(text, piece: piece)
            try #require(rows.map(\.fields) == table, "seed \(seed), text \(text.debugDescription)")
            try #require(rows.map(\.number) == rows.map(\.number).sorted(), "seed \(seed)")
        }
    }

    private static func table(_ random: inout SeededGenerator) -> [[String]] {
        let pieces = ["a", "Zz", ",", "\"", "\r\n", "\n", "\r", " ", "é", "日本", "😀", "\u{FEFF}", "0"]
        let width = Int.random(in: 1...5, using: &random)
        return (0..<Int.random(in: 0...6, using: &random)).map { _ in
            (0..<width).map { _ in
                (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    pieces[Int.random(in: 0..<pieces.count, using: &random)]
                }.joined()
            }
        }
    }

    private static func text(_ table: [[String]], _ random: inout SeededGenerator) -> String {
        let lineEnd = Bool.random(using: &random) ? "\n" : "\r\n"
        var text = Bool.random(using: &random) ? "\u{FEFF}" : ""
        for row in table {
            let fields = row.map { field -> String in
                let scalars = field.unicodeScalars
                // A mark at the very start would count as the file's byte order mark, so it is quoted too.
                let mustQuote = scalars.contains { ",\"\r\n\u{FEFF}".unicodeScalars.contains($0) } || field.isEmpty
                guard mustQuote || Bool.random(using: &random) else { return field }
                var quoted = "\""
                for scalar in scalars {
                    if scalar == "\"" { quoted += "\"" }
                    quoted.unicodeScalars.append(scalar)
                }
                return quoted + "\""
            }
            text += fields.joined(separator: ",") + lineEnd
        }
        return text
    }
}
