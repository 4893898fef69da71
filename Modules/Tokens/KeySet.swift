import FoundationEssentials

/// The usable keys of a JSON Web Key Set (RFC 7517).
///
/// An identity provider's set also has keys for other purposes; keys that do not verify RS256 or ES256 are ignored.
struct KeySet: Sendable {
    /// The most keys in a set. Providers have two or three: the current one, the previous one and the next one.
    static let keyLimit = 100
    private static let coordinateByteCount = 32

    let keys: [TokenKey]

    /// - Throws: ``KeySetError`` if the JSON is not a key set, or if two usable keys cannot be distinguished. A set without
    ///   usable keys is valid.
    init(_ json: Data) async throws(KeySetError) {
        guard let document = try? JSONDecoder().decode(Document.self, from: json) else {
            throw KeySetError("is not a JSON Web Key Set: a JSON object with an array `keys`")
        }
        guard document.keys.count <= Self.keyLimit else { throw KeySetError("has more than \(Self.keyLimit) keys") }
        var keys: [TokenKey] = []
        for candidate in document.keys {
            guard let members = candidate.members, let key = await Self.key(members) else { continue }
            guard !keys.contains(where: { $0.id == key.id && $0.algorithm == key.algorithm }) else {
                throw KeySetError("has two \(key.algorithm.rawValue) keys with the same `kid` or both without one")
            }
            keys.append(key)
        }
        self.keys = keys
    }

    private static func key(_ members: Members) async -> TokenKey? {
        guard members.isForVerifying else { return nil }
        switch members.kty {
        case "RSA":
            guard members.isFor(.rs256), let modulus = members.n, let exponent = members.e else { return nil }
            return try? await .rsa(id: members.kid, modulus: modulus, exponent: exponent)
        case "EC":
            guard members.isFor(.es256), members.crv == "P-256", let x = members.x, let y = members.y,
                isCoordinate(x), isCoordinate(y)
            else { return nil }
            return try? await .p256(id: members.kid, x: x, y: y)
        default:
            // A shared secret (`oct`) has no place in a file of public keys.
            return nil
        }
    }

    private static func isCoordinate(_ text: String) -> Bool {
        Base64URL.decode(text.utf8)?.count == coordinateByteCount
    }

    // MARK: - JSON

    private struct Document: Decodable {
        let keys: [Candidate]
    }

    /// A key, or an element that this version cannot decode.
    private struct Candidate: Decodable {
        let members: Members?

        init(from decoder: any Decoder) throws {
            members = try? Members(from: decoder)
        }
    }

    /// The members have the names of RFC 7517, section 4, and RFC 7518, section 6.
    private struct Members: Decodable {
        let kty: String
        let use: String?
        let operations: [String]?
        let alg: String?
        let kid: String?
        let n: String?
        let e: String?
        let crv: String?
        let x: String?
        let y: String?

        private enum CodingKeys: String, CodingKey {
            case operations = "key_ops"
            case kty, use, alg, kid, n, e, crv, x, y
        }

        var isForVerifying: Bool { use ?? "sig" == "sig" && operations?.contains("verify") ?? true }

        func isFor(_ algorithm: SignatureAlgorithm) -> Bool { alg ?? algorithm.rawValue == algorithm.rawValue }
    }
}

/// Why a key set cannot be used. The text follows the name of the setting or file: `is not …`.
public struct KeySetError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
