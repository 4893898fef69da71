@testable import HTTPCore

/// Small damage to bytes: what a broken or hostile caller sends.
enum ByteMutator {
    /// Sequences that often break parsers.
    private static let tokens: [[UInt8]] =
        [
            "\"", "\\", "\\u0000", "\\ud800", "\\udc00\\ud800", "{", "}", "[", "]", ":", ",", "null", "true", "-", "-0",
            "1e400", "1e-400", "0.00", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
            "18446744073709551616", "1000000001", "00", "+1", ".5", "%", "%2", "%00", "%2F", "%C3%A9", "%FF", "%zz",
            "+",
            "&", "=", "?", "#", "//", "/../", ";", "\u{0}", "\u{7F}", "\r\n", "\n", "\t", " ", "é", "\u{2028}",
            "\u{FEFF}",
            "😀", "a\u{301}", "\u{202E}", "T", "Z", "-00:00", "24:00:00", "23:59:60", "0000-00-00", "9999-12-31",
            "2026-02-29", "W/", "*", "Bearer ", "inv_", "==", "_-", "{}", "[]", "[[[[[[[[", "{\"a\":",
        ].map { Array($0.utf8) } + [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3]]

    /// - Parameter times: the most changes; at least one is made.
    static func damage(_ bytes: inout [UInt8], times: Int = 4, _ random: inout SplitMix) {
        for _ in 0..<Int.random(in: 1...times, using: &random) { damageOnce(&bytes, &random) }
    }

    private static func damageOnce(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 0...8, using: &random))
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 1 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 2 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 3: bytes.removeSubrange(place..<end)
        case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 5: bytes.removeLast(bytes.count - place)
        case 6:
            // Rarely long: deep nesting, and strings beyond every limit.
            let count = Int.random(in: 0..<50, using: &random) == 0 ? 5_000 : 70
            bytes.insert(
                contentsOf: repeatElement(bytes.randomElement(using: &random) ?? 0x5B, count: count), at: place)
        default: bytes.insert(contentsOf: tokens.randomElement(using: &random) ?? [], at: place)
        }
    }

    /// A text of damaged bytes; invalid UTF-8 becomes U+FFFD, as it does in requests.
    static func damaged(_ text: String, _ random: inout SplitMix) -> String {
        var bytes = Array(text.utf8)
        damage(&bytes, &random)
        return String(decoding: bytes, as: UTF8.self)
    }
}
