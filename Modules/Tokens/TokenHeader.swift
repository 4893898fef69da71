import FoundationEssentials
import UseCases

/// The header of a token (RFC 7515, section 4). It is not trusted until the signature has been verified, so it may only
/// select one of the server's keys: keys and addresses in it are ignored.
struct TokenHeader: Hashable {
    let algorithm: SignatureAlgorithm
    /// The name of the key; nil if the token names none.
    let keyID: String?

    /// Media types of tokens that identify a caller (RFC 7519, section 5.1, and RFC 9068, section 2.1). The same issuer may
    /// sign tokens of other types for other purposes (RFC 8725, section 3.11).
    private static let types: Set<String> = ["jwt", "at+jwt", "application/jwt", "application/at+jwt"]

    init(_ json: Data) throws(TokenRefusal) {
        guard let fields = try? JSONDecoder().decode(Fields.self, from: json) else {
            throw TokenRefusal("the token's header is not JSON, or its members have wrong types")
        }
        guard let name = fields.alg else { throw TokenRefusal("the token names no algorithm") }
        guard let algorithm = SignatureAlgorithm(rawValue: name) else {
            throw TokenRefusal("the token's algorithm is none of HS256, RS256, ES256")
        }
        // A critical extension must be supported (section 4.1.11), and this server supports none.
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

/// The accepted algorithms, by their names in RFC 7518, section 3.1.
enum SignatureAlgorithm: String, Hashable, Sendable, CaseIterable {
    case hs256 = "HS256"
    case rs256 = "RS256"
    case es256 = "ES256"
}
