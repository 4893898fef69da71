import Crypto
import CryptoExtras
import Foundation
import Testing
import TokenTesting

@testable import Tokens

@Suite struct KeySetTests {
    private let p256 = Signer.p256(P256.Signing.PrivateKey())
    private let other = Signer.p256(P256.Signing.PrivateKey())

    private func names(_ keys: String...) async throws -> [String] {
        let set = try await KeySet(Data(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8))
        return set.keys.map { $0.id ?? "-" }
    }

    @Test func `Keys for other purposes and malformed keys are ignored`() async throws {
        let found = try await names(
            p256.jwk(#""kid":"a","use":"sig","alg":"ES256","key_ops":["verify"],"x5t":"zzz","ext":true"#),
            p256.jwk(#""kid":"for encryption","use":"enc""#), p256.jwk(#""kid":"for signing","key_ops":["sign"]"#),
            p256.jwk(#""kid":"another algorithm","alg":"ECDH-ES""#), p256.jwk(#""kid":"alg of RSA","alg":"RS256""#),
            p256.jwk(#""kid":7"#), Signer.p384(P384.Signing.PrivateKey()).jwk(#""kid":"wrong curve""#),
            Signer.p384(P384.Signing.PrivateKey()).jwk(#""kid":"wrong curve, right name","alg":"ES256""#),
            Signer.secret(Issuer.secretText).jwk(#""kid":"a secret","alg":"HS256""#),
            #"{"kty":"OKP","crv":"Ed25519","x":"AAAA","kid":"ed"}"#, #"{"kty":"RSA","kid":"no numbers"}"#,
            #"{"kty":"RSA","kid":"too small","n":"AQAB","e":"AQAB"}"#, #"{"kty":"RSA","kid":"empty","n":"","e":""}"#,
            #"{"kty":"new","kid":"x"}"#, "{}", "7", "null", "[]", other.jwk())
        #expect(found == ["a", "-"])
    }

    @Test func `A point off the curve, or with coordinates of a wrong length, is ignored`() async throws {
        guard case .p256(let key) = p256 else { throw Unexpected() }
        let point = key.publicKey.rawRepresentation
        func jwk(_ x: Data, _ y: Data) -> String {
            #"{"kty":"EC","crv":"P-256","x":"\#(base64URL(x))","y":"\#(base64URL(y))"}"#
        }
        let (x, y) = (point.prefix(32), point.suffix(32))
        #expect(try await names(jwk(x, y)) == ["-"])
        // 64 bytes in total, like a point.
        for (x, y) in [
            (point.prefix(31), point.suffix(33)), (point.prefix(33), point.suffix(31)), (y, x),
            (Data(repeating: 0, count: 32), Data(repeating: 0, count: 32)), (x, Data(y.reversed())), (Data(), Data()),
        ] {
            #expect(try await names(jwk(x, y)) == [])
        }
    }

    @Test func `RSA keys need 2048 bits`() async throws {
        let small = Signer.rsa(try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: 1_024)))
        #expect(try await names(small.jwk(#""kid":"small""#)) == [])
        let enough = try await Issuer().rsa
        #expect(try await names(enough.jwk(#""kid":"enough""#)) == ["enough"])
    }

    @Test func `Two indistinguishable keys make a set invalid`() async throws {
        for kid in [#""kid":"a""#, ""] {
            await #expect(throws: KeySetError.self) { try await names(p256.jwk(kid), other.jwk(kid)) }
        }
        #expect(try await names(p256.jwk(#""kid":"a""#), other.jwk(#""kid":"b""#)) == ["a", "b"])
    }

    @Test func `With several keys of an algorithm a token must name one`() async throws {
        let issuer = try await Issuer()
        let set = #"{"keys":[\#(try p256.jwk(#""kid":"a""#)),\#(try other.jwk(#""kid":"b""#))]}"#
        issuer.verifier.replace(try await KeySet(Data(set.utf8)))
        #expect(issuer.refusal(try token(#"{"alg":"ES256"}"#, Issuer.claims, p256)) != nil)
        #expect(issuer.refusal(try token(#"{"alg":"ES256","kid":"a"}"#, Issuer.claims, p256)) == nil)
        #expect(issuer.refusal(try token(#"{"alg":"ES256","kid":"b"}"#, Issuer.claims, other)) == nil)
        #expect(issuer.refusal(try token(#"{"alg":"ES256","kid":"b"}"#, Issuer.claims, p256)) != nil)
        #expect(issuer.refusal(try token(#"{"alg":"RS256","kid":"r"}"#, Issuer.claims, issuer.rsa)) != nil)
    }

    @Test(arguments: ["", "{}", "[]", #"{"keys":{}}"#, #"{"keys":null}"#, #"{"keys":["#, "-----BEGIN PUBLIC KEY-----"])
    func `Text that is not a key set is an error`(_ text: String) async {
        await #expect(throws: KeySetError.self) { try await KeySet(Data(text.utf8)) }
    }

    @Test func `A set has at most a hundred keys`() async throws {
        let keys = Array(repeating: "{}", count: KeySet.keyLimit + 1).joined(separator: ",")
        await #expect(throws: KeySetError("has more than 100 keys")) {
            try await KeySet(Data(#"{"keys":[\#(keys)]}"#.utf8))
        }
    }
}
