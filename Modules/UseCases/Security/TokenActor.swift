/// The `actor` of a caller with a bearer token: `jwt:` and the token's subject, preceded by the issuer and a space if
/// the server accepts tokens of several issuers. No API key's name has this prefix, and neither part contains a space,
/// so two callers never share an actor.
public struct TokenActor: Hashable, Sendable, CustomStringConvertible {
    public static let prefix = "jwt:"
    /// The limit of an issuer and of a subject, in bytes of UTF-8: that of a subject in OpenID Connect Core 1.0,
    /// section 2.
    public static let partLimit = 255

    public let description: String

    /// - Parameters:
    ///   - issuer: nil if the server accepts only one.
    ///   - subject: the token's `sub` claim.
    /// - Returns: nil unless both are 1 ... 255 bytes of visible characters, without a space.
    public init?(issuer: String? = nil, subject: String) {
        guard Self.isPart(subject), issuer.map(Self.isPart) ?? true else { return nil }
        description = Self.prefix + (issuer.map { $0 + " " } ?? "") + subject
    }

    private static func isPart(_ text: String) -> Bool {
        1...partLimit ~= text.utf8.count && text.unicodeScalars.allSatisfy(\.isVisible)
    }
}
