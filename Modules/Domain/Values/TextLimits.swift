/// The allowed lengths of texts, in Unicode scalars. The API's checks and its OpenAPI description both use them.
public enum TextLimits {
    /// A product's or a warehouse's name.
    public static let name = 1...200
    /// The reason of a movement. 500 characters are a paragraph, and the ledger keeps it forever.
    public static let reason = 0...500
    /// The reason of a movement that requires one.
    public static let requiredReason = 1...500
    /// The number of an external document, such as a delivery note or a purchase order.
    public static let reference = 0...200
    /// A product's description.
    public static let description = 0...4_000
    /// A search term.
    public static let search = 1...200
    /// An email address (RFC 5321, section 4.5.3.1.3).
    public static let mailAddress = 3...254

    /// Whether the text contains a control character (Unicode's category Cc).
    /// - Parameter allowsLines: whether tabs and line ends are allowed.
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
