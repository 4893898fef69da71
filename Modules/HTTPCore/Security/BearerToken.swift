import HTTPTypes

/// The credentials of a request: `Authorization: Bearer …` (RFC 6750, section 2.1).
struct BearerToken: Sendable {
    /// Longer than any API key and any issuer's JWT.
    static let lengthLimit = 8_192

    private static let scheme = Array("bearer".utf8)

    private static func isScheme(_ word: Substring.UTF8View) -> Bool {
        word.elementsEqual(scheme) { $0 | 0x20 == $1 }
    }

    /// Must never be logged, not even in part.
    let text: Substring

    /// - Throws: `.unauthorized` when `Authorization` is absent, repeated, too long, or its scheme is not `Bearer`.
    init(_ headers: HTTPFields) throws(AuthenticationFailure) {
        let values = headers[values: .authorization]
        guard let value = values.first else { throw .unauthorized(reason: "no Authorization") }
        guard values.count == 1 else { throw .unauthorized(reason: "more than one Authorization") }
        guard value.utf8.count <= Self.lengthLimit else { throw .unauthorized(reason: "Authorization is too long") }
        // By bytes, because every request is checked here.
        let parts = value.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: true)
        guard parts.count == 2, Self.isScheme(parts[0]) else {
            throw .unauthorized(reason: "Authorization is not `Bearer` and one token")
        }
        text = Substring(parts[1])
    }
}
