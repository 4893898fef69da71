import FoundationEssentials
import JWTKit

/// A key that verifies signatures of one algorithm. The token's header must name the same algorithm, so that a public key is
/// never used as a shared secret (RFC 8725, section 3.1).
public struct TokenKey: Sendable {
    let algorithm: SignatureAlgorithm
    /// The key's name in the key set, if it has one; the shared secret has none.
    let id: String?
    private let verifier: any JWTAlgorithm

    /// The shared secret of HS256, as UTF-8. It needs 32 bytes or more (RFC 7518, section 3.2), which the settings check.
    public static func secret(_ text: String) async throws -> TokenKey {
        let collection = JWTKeyCollection()
        await collection.add(hmac: HMACKey(from: text), digestAlgorithm: .sha256)
        return try await TokenKey(.hs256, id: nil, collection)
    }

    /// A public key for RS256 of 2,048 bits or more. The numbers are in base64url, as in a key set.
    static func rsa(id: String?, modulus: String, exponent: String) async throws -> TokenKey {
        let collection = JWTKeyCollection()
        await collection.add(
            rsa: try Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent), digestAlgorithm: .sha256)
        return try await TokenKey(.rs256, id: id, collection)
    }

    /// A public key for ES256: the coordinates of a point on P-256, each 32 bytes in base64url.
    static func p256(id: String?, x: String, y: String) async throws -> TokenKey {
        let collection = JWTKeyCollection()
        await collection.add(ecdsa: try ES256PublicKey(parameters: (x, y)))
        return try await TokenKey(.es256, id: id, collection)
    }

    /// - Parameter collection: contains this key only. Its own `verify` is not used: it falls back to another key for an
    ///   unknown `kid`, and it is an actor, so that requests would wait for each other.
    private init(_ algorithm: SignatureAlgorithm, id: String?, _ collection: JWTKeyCollection) async throws {
        self.algorithm = algorithm
        self.id = id
        verifier = try await collection.getKey()
    }

    /// Whether this key made the signature. Takes 10 to 100 microseconds, depending on the algorithm.
    func verifies(_ token: CompactToken) -> Bool {
        // It throws for a signature of a wrong length.
        (try? verifier.verify(token.signature, signs: token.signed)) ?? false
    }
}
