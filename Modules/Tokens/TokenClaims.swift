import FoundationEssentials
import UseCases

/// The claims of a token (RFC 7519, section 4.1) that matter here.
struct TokenClaims: Decodable, Hashable {
    let issuer: String?
    let subject: String?
    /// One or several; nil if the claim is absent.
    let audiences: [String]?
    // In seconds since 1970, possibly with fractions.
    let expiresAt: Double?
    let notBefore: Double?
    let issuedAt: Double?
    /// The words of the scope claim, including unknown ones.
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
        // Words separated by spaces (RFC 8693, section 4.2); some issuers send an array.
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
