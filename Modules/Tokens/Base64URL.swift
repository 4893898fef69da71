import FoundationEssentials

/// Base 64 with the alphabet for URLs and without padding (RFC 4648, section 5). Only the canonical form is accepted, so that
/// a token has one spelling.
enum Base64URL {
    /// - Returns: nil for another alphabet, for padding, and for unused bits that are not zero.
    static func decode(_ text: some Collection<UInt8>) -> Data? {
        var standard = Data(capacity: text.count + 3)
        for character in text {
            switch character {
            case UInt8(ascii: "-"): standard.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): standard.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: standard.append(character)
            }
        }
        while standard.count % 4 != 0 { standard.append(UInt8(ascii: "=")) }
        guard let bytes = Data(base64Encoded: standard), bytes.base64EncodedData() == standard else { return nil }
        return bytes
    }
}
