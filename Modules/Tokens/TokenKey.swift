import FoundationEssentials
import JWTKit

/// A key that signatures are verified with, by one algorithm and no other: that the token's header and the key agree on
/// it is what keeps a public key from being taken for a shared secret (RFC 8725, section 3.1).
public struct TokenKey: Sendable {
    let algorithm: SignatureAlgorithm
    /// Its name in the key set, if it has one; the shared secret has none.
    let id: String?
    private let verifier: any JWTAlgorithm

    /// The shared secret of HS256, as its bytes in UTF-8: 32 or more (RFC 7518, section 3.2), which the settings see to.
    public static func secret(_ text: String) async throws -> TokenKey {
        let collection = JWTKeyCollection()
        await collection.add(hmac: HMACKey(from: text), digestAlgorithm: .sha256)
        return try await TokenKey(.hs256, id: nil, collection)
    }

    /// A public key for RS256: 2,048 bits or more. Numbers in base64url, as a key set has them.
    static func rsa(id: String?, modulus: String, exponent: String) async throws -> TokenKey {
        let collection = JWTKeyCollection()
        await collection.add(
            rsa: try Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent), digestAlgorithm: .sha256)
        return try await TokenKey(.rs256, id: id, collection)
    }

    /// A public key for ES256: a point on P-256, by its coordinates in base64url of 32 bytes each.
    static func p256(id: String?, x: String, y: String) async throws -> TokenKey {
        let collection = JWTKeyCollection()
        await collection.add(ecdsa: try ES256PublicKey(parameters: (x, y)))
        return try await TokenKey(.es256, id: id, collection)
    }

    /// - Parameter collection: has this one key. Its own way to verify is not used: it takes another key for one it does
    ///   not know, and lets one request wait for the other.
    private init(_ algorithm: SignatureAlgorithm, id: String?, _ collection: JWTKeyCollection) async throws {
        self.algorithm = algorithm
        self.id = id
        verifier = try await collection.getKey()
    }

    /// Whether the signature is this key's. Some ten microseconds to a hundred, by algorithm.
    func verifies(_ token: CompactToken) -> Bool {
        // It throws for a signature that is not even of the right length.
        (try? verifier.verify(token.signature, signs: token.signed)) ?? false
    }
}
