import HTTPTypes

/// The credentials of a request: `Authorization: Bearer …` (RFC 6750, section 2.1).
struct BearerToken: Sendable {
    /// Longer than any key and than any issuer's JWT.
    static let lengthLimit = 8_192

    private static let scheme = "bearer"

    /// Never log it, nor a part of it.
    let text: Substring

    /// - Throws: `.unauthorized` when there is none, more than one, or one that is no bearer token.
    init(_ headers: HTTPFields) throws(AuthenticationFailure) {
        let values = headers[values: .authorization]
        guard let value = values.first else { throw .unauthorized(reason: "no Authorization") }
        guard values.count == 1 else { throw .unauthorized(reason: "more than one Authorization") }
        guard value.utf8.count <= Self.lengthLimit else { throw .unauthorized(reason: "Authorization is too long") }
        let parts = value.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == Self.scheme else {
            throw .unauthorized(reason: "Authorization is not `Bearer` and one token")
        }
        text = parts[1]
    }
}
