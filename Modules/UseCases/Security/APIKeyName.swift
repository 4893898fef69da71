/// The name of an API key, which is also its `actor` in the ledger: 1 ... 64 visible characters, and spaces between
/// them. Characters that are invisible or that reorder text are refused, because logs and tables show names unchanged.
/// A name must not begin with `jwt:`, in any case, which is the prefix of a token's actor.
public struct APIKeyName: Hashable, Sendable, CustomStringConvertible {
    /// In Unicode scalars, as PostgreSQL counts.
    public static let lengthLimit = 64

    public let description: String

    /// Nil if the text is not a valid name.
    public init?(_ text: String) {
        let scalars = text.unicodeScalars
        guard 1...Self.lengthLimit ~= scalars.count, scalars.first != " ", scalars.last != " ",
            scalars.allSatisfy({ $0 == " " || $0.isVisible }),
            // Compared by bytes: a combining mark after the colon would change the character.
            !text.lowercased().utf8.starts(with: TokenActor.prefix.utf8)
        else { return nil }
        description = text
    }
}
