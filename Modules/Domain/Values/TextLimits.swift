/// How many characters, counted as Unicode scalars, the texts may have: the checks read by these, and the API's
/// description shows them.
public enum TextLimits {
    /// A product's or a warehouse's name (api.md, *Catalogue*).
    public static let name = 1...200
    /// Why a movement was made: 500 characters are a paragraph, and the ledger keeps it for ever.
    public static let reason = 0...500
    /// A reason that must be there.
    public static let requiredReason = 1...500
    /// The number of a delivery note or an order elsewhere.
    public static let reference = 0...200
    /// A product's description.
    public static let description = 0...4_000
    /// The words of a search.
    public static let search = 1...200
    /// A mail address (RFC 5321, section 4.5.3.1.3).
    public static let mailAddress = 3...254

    /// Whether the text has a control character (Unicode's category Cc).
    /// - Parameter allowsLines: tabs and line ends do not count.
    public static func hasControlCharacter(_ text: String, allowsLines: Bool = false) -> Bool {
        text.unicodeScalars.contains { scalar in
            switch scalar.value {
            case 0x09, 0x0A, 0x0D: !allowsLines
            case 0x00...0x1F, 0x7F...0x9F: true
            default: false
            }
        }
    }
}
