import FoundationEssentials
import UseCases

/// What a token says of its own signature (RFC 7515, section 4). It is anybody's word until the signature is verified, so
/// it chooses among what the server has and brings nothing of its own: keys and addresses in it are not looked at.
struct TokenHeader: Hashable {
    let algorithm: SignatureAlgorithm
    /// The name of the key, nil when the token has none.
    let keyID: String?

    /// Media types of tokens that stand for a caller (RFC 7519, section 5.1, and RFC 9068, section 2.1). Any other type is
    /// a token for another purpose, signed by the same issuer perhaps (RFC 8725, section 3.11).
    private static let types: Set<String> = ["jwt", "at+jwt", "application/jwt", "application/at+jwt"]

    init(_ json: Data) throws(TokenRefusal) {
        guard let fields = try? JSONDecoder().decode(Fields.self, from: json) else {
            throw TokenRefusal("the token's header is not JSON with the members of one")
        }
        guard let name = fields.alg else { throw TokenRefusal("the token names no algorithm") }
        guard let algorithm = SignatureAlgorithm(rawValue: name) else {
            throw TokenRefusal("the token's algorithm is none of HS256, RS256, ES256")
        }
        // Extensions that must be understood: none is (section 4.1.11).
        guard !fields.hasCritical else { throw TokenRefusal("the token has a critical extension") }
        guard fields.typ.map({ Self.types.contains($0.lowercased()) }) ?? true else {
            throw TokenRefusal("the token is of another type")
        }
        self.algorithm = algorithm
        keyID = fields.kid
    }

    private struct Fields: Decodable {
        let alg: String?
        let kid: String?
        let typ: String?
        let hasCritical: Bool

        private enum Key: String, CodingKey {
            case alg, kid, typ, crit
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            alg = try container.decodeIfPresent(String.self, forKey: .alg)
            kid = try container.decodeIfPresent(String.self, forKey: .kid)
            typ = try container.decodeIfPresent(String.self, forKey: .typ)
            hasCritical = container.contains(.crit)
        }
    }
}

/// The signatures that are taken, by their names in RFC 7518, section 3.1.
enum SignatureAlgorithm: String, Hashable, Sendable, CaseIterable {
    case hs256 = "HS256"
    case rs256 = "RS256"
    case es256 = "ES256"
}
