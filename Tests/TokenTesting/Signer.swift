public import Crypto
public import CryptoExtras
public import Foundation

/// A key of an issuer. It uses Swift Crypto alone, so that the tests do not depend on the library under test.
public enum Signer: Sendable {
    case secret(String)
    case rsa(_RSA.Signing.PrivateKey)
    case p256(P256.Signing.PrivateKey)
    case p384(P384.Signing.PrivateKey)
    /// Signs everything with the same bytes.
    case fixed([UInt8])

    public func signature(of text: String) throws -> [UInt8] {
        let bytes = Data(text.utf8)
        return switch self {
        case .secret(let secret):
            Array(HMAC<SHA256>.authenticationCode(for: bytes, using: SymmetricKey(data: Data(secret.utf8))))
        case .rsa(let key):
            Array(try key.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5).rawRepresentation)
        case .p256(let key): Array(try key.signature(for: bytes).rawRepresentation)
        case .p384(let key): Array(try key.signature(for: bytes).rawRepresentation)
        case .fixed(let signature): signature
        }
    }

    /// The public key as a member of a key set; `more` are further members, as JSON text.
    public func jwk(_ more: String = "") throws -> String {
        let rest = more.isEmpty ? "" : ",\(more)"
        switch self {
        case .rsa(let key):
            let numbers = try key.publicKey.getKeyPrimitives()
            return
                #"{"kty":"RSA","n":"\#(base64URL(numbers.modulus))","e":"\#(base64URL(numbers.publicExponent))"\#(rest)}"#
        case .p256(let key): return Self.curve("P-256", key.publicKey.rawRepresentation, rest)
        case .p384(let key): return Self.curve("P-384", key.publicKey.rawRepresentation, rest)
        case .secret(let secret): return #"{"kty":"oct","k":"\#(base64URL(Data(secret.utf8)))"\#(rest)}"#
        case .fixed: return "{}"
        }
    }

    private static func curve(_ name: String, _ point: Data, _ rest: String) -> String {
        let half = point.count / 2
        return #"{"kty":"EC","crv":"\#(name)","x":"\#(base64URL(point.prefix(half)))","#
            + #""y":"\#(base64URL(point.suffix(half)))"\#(rest)}"#
    }
}

/// A token: header and claims as JSON text, signed.
public func token(_ header: String, _ claims: String, _ signer: Signer) throws -> String {
    let signed = base64URL(Data(header.utf8)) + "." + base64URL(Data(claims.utf8))
    return signed + "." + base64URL(Data(try signer.signature(of: signed)))
}

public func base64URL(_ bytes: some DataProtocol) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}
