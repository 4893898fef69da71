/// The `actor` of what is done under a bearer token: `jwt:` and the token's subject, with its issuer before it where
/// the server takes tokens of any. No API key's name begins so, and no space is in either part: two callers never share
/// an actor.
public struct TokenActor: Hashable, Sendable, CustomStringConvertible {
    public static let prefix = "jwt:"
    /// Of an issuer and of a subject, in bytes of UTF-8: as much as a subject may have in OpenID Connect Core 1.0,
    /// section 2.
    public static let partLimit = 255

    public let description: String

    /// - Parameters:
    ///   - issuer: nil where there can be only one.
    ///   - subject: whom the issuer means.
    /// - Returns: nil unless both are 1 ... 255 bytes of visible characters, without a space.
    public init?(issuer: String? = nil, subject: String) {
        guard Self.isPart(subject), issuer.map(Self.isPart) ?? true else { return nil }
        description = Self.prefix + (issuer.map { $0 + " " } ?? "") + subject
    }

    private static func isPart(_ text: String) -> Bool {
        1...partLimit ~= text.utf8.count && text.unicodeScalars.allSatisfy(\.isVisible)
    }
}
