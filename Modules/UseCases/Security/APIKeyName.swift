/// A key's name, which is the `actor` of what is done with it: 1 ... 64 visible characters. A space may stand between
/// others; nothing that is invisible or moves other text may, because logs and tables show names as they are. None begins
/// with `jwt:`, in whatever case: so begins the actor of a token.
public struct APIKeyName: Hashable, Sendable, CustomStringConvertible {
    /// In Unicode scalars, which is how PostgreSQL counts.
    public static let lengthLimit = 64

    public let description: String

    /// Nil when the text is no name.
    public init?(_ text: String) {
        let scalars = text.unicodeScalars
        guard 1...Self.lengthLimit ~= scalars.count, scalars.first != " ", scalars.last != " ",
            scalars.allSatisfy({ $0 == " " || $0.isVisible }),
            // By bytes: a mark that joins the colon would hide it from a look at characters.
            !text.lowercased().utf8.starts(with: TokenActor.prefix.utf8)
        else { return nil }
        description = text
    }
}
