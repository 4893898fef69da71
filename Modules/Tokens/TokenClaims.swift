import FoundationEssentials
import UseCases

/// What a token says of its caller (RFC 7519, section 4.1), of those claims that matter here.
struct TokenClaims: Decodable, Hashable {
    let issuer: String?
    let subject: String?
    /// One or several; nil when the claim is not there.
    let audiences: [String]?
    // In seconds since 1970, with fractions perhaps.
    let expiresAt: Double?
    let notBefore: Double?
    let issuedAt: Double?
    /// The words of the scope claim, known or not.
    let scopes: [String]

    private enum CodingKeys: String, CodingKey {
        case issuer = "iss"
        case subject = "sub"
        case audiences = "aud"
        case expiresAt = "exp"
        case notBefore = "nbf"
        case issuedAt = "iat"
        case scopes = "scope"
    }

    init(_ json: Data) throws(TokenRefusal) {
        guard let claims = try? JSONDecoder().decode(Self.self, from: json) else {
            throw TokenRefusal("the token's claims are not JSON with the types of RFC 7519")
        }
        self = claims
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        issuer = try container.decodeIfPresent(String.self, forKey: .issuer)
        subject = try container.decodeIfPresent(String.self, forKey: .subject)
        audiences = try container.decodeIfPresent(OneOrMore.self, forKey: .audiences)?.texts
        expiresAt = try container.decodeIfPresent(Double.self, forKey: .expiresAt)
        notBefore = try container.decodeIfPresent(Double.self, forKey: .notBefore)
        issuedAt = try container.decodeIfPresent(Double.self, forKey: .issuedAt)
        // Words with spaces between them (RFC 8693, section 4.2); some issuers make it an array.
        scopes =
            try container.decodeIfPresent(OneOrMore.self, forKey: .scopes)?.texts
            .flatMap { $0.split(separator: " ").map(String.init) } ?? []
    }

    /// A text, or an array of texts.
    private struct OneOrMore: Decodable {
        let texts: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                texts = [text]
            } else {
                texts = try container.decode([String].self)
            }
        }
    }
}
