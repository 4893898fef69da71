import Crypto
import CryptoExtras
import Foundation
import TestSupport
import Testing
import TokenTesting
import UseCases

@testable import Tokens

@Suite struct SignatureTests {
    private let issuer: Issuer

    init() async throws {
        issuer = try await Issuer()
    }

    @Test func `A token of each algorithm is accepted, with its caller and scopes`() throws {
        for (header, signer) in issuer.signers {
            let token = try token(header, Issuer.claims, signer)
            #expect(try issuer.verifier.verify(token) == Issuer.caller, "\(header)")
            #expect(try issuer.verifier.verify(token) == Issuer.caller, "a second time")
        }
    }

    @Test(arguments: [
        "none", "None", "NONE", "nOnE", "", "HS384", "HS512", "RS384", "RS512", "PS256", "ES384", "ES512", "EdDSA",
        "hs256", "HS256 ", "HMAC-SHA256",
    ])
    func `Other algorithms are refused, and so is none`(_ name: String) throws {
        let header = #"{"alg":"\#(name)"}"#
        for signer in [issuer.secret, .fixed([]), .fixed([0])] {
            #expect(
                issuer.refusal(try token(header, Issuer.claims, signer))
                    == "the token's algorithm is none of HS256, RS256, ES256")
        }
    }

    @Test(arguments: [
        "{}", #"{"typ":"JWT"}"#, #"{"alg":null}"#, #"{"alg":256}"#, #"{"alg":["HS256"]}"#, #"{"alg":{"HS256":1}}"#,
        "[]",
        "null", #""HS256""#, "", "{", #"{"alg":"HS256"}}"#, #"{"alg":"HS256","kid":7}"#, #"{"alg":"HS256","typ":1}"#,
    ])
    func `A malformed header, or one without an algorithm, is refused`(_ header: String) throws {
        #expect(issuer.refusal(try token(header, Issuer.claims, issuer.secret)) != nil)
    }

    @Test func `A public key is not a shared secret`() async throws {
        let stranger = try await Issuer(sharesSecret: false)
        guard case .rsa(let key) = issuer.rsa, case .p256(let point) = issuer.p256 else { throw Unexpected() }
        let numbers = try key.publicKey.getKeyPrimitives()
        let texts = [
            key.publicKey.pemRepresentation, key.publicKey.pemRepresentation + "\n", try issuer.rsa.jwk(),
            base64URL(numbers.modulus), point.publicKey.pemRepresentation, try issuer.keySet(),
        ]
        let secrets = texts.map { Data($0.utf8) } + [key.publicKey.derRepresentation, numbers.modulus]
        for header in [#"{"alg":"HS256"}"#, #"{"alg":"HS256","kid":"r"}"#, #"{"alg":"HS256","kid":"e"}"#] {
            for secret in secrets {
                let signed = base64URL(Data(header.utf8)) + "." + base64URL(Data(Issuer.claims.utf8))
                let code = HMAC<SHA256>.authenticationCode(
                    for: Data(signed.utf8), using: SymmetricKey(data: secret))
                let token = signed + "." + base64URL(Data(code))
                #expect(issuer.refusal(token) == "the token's signature is not the key's")
                #expect(stranger.refusal(token) == "the token is signed with HS256, and there is no secret")
            }
        }
    }

    @Test func `A key verifies its own algorithm and its own name only`() throws {
        let (rsa, p256) = (issuer.rsa, issuer.p256)
        func refusal(_ header: String, _ signer: Signer) throws -> String? {
            issuer.refusal(try token(header, Issuer.claims, signer))
        }
        for signer in [rsa, p256] {
            for header in [
                #"{"alg":"RS256","kid":"e"}"#, #"{"alg":"ES256","kid":"r"}"#, #"{"alg":"RS256","kid":"x"}"#,
                #"{"alg":"ES256","kid":""}"#,
            ] {
                let reason = try refusal(header, signer)
                #expect(reason?.hasPrefix("the key set has no") == true, "\(header): \(reason ?? "taken")")
            }
        }
        #expect(try refusal(#"{"alg":"RS256","kid":"r"}"#, p256) == "the token's signature is not the key's")
        #expect(try refusal(#"{"alg":"ES256","kid":"e"}"#, rsa) == "the token's signature is not the key's")
        let stranger = Signer.p256(P256.Signing.PrivateKey())
        #expect(try refusal(#"{"alg":"ES256","kid":"e"}"#, stranger) == "the token's signature is not the key's")
        let other = Signer.p384(P384.Signing.PrivateKey())
        #expect(try refusal(#"{"alg":"ES256","kid":"e"}"#, other) == "the token's signature is not the key's")
        // Each algorithm has one key here, so none needs to be named.
        #expect(try refusal(#"{"alg":"RS256"}"#, rsa) == nil)
        #expect(try refusal(#"{"alg":"ES256"}"#, p256) == nil)
    }

    @Test func `A token's own keys are ignored, and critical extensions are refused`() throws {
        let mine = Signer.p256(P256.Signing.PrivateKey())
        let jwk = try mine.jwk()
        for more in [
            #""jwk":\#(jwk)"#, #""jku":"https://evil.example/keys""#, #""x5u":"https://evil.example/c""#,
            #""x5c":["AAAA"]"#,
        ] {
            let header = #"{"alg":"ES256","kid":"e",\#(more)}"#
            #expect(
                issuer.refusal(try token(header, Issuer.claims, mine)) == "the token's signature is not the key's")
            // The additional member is ignored.
            #expect(issuer.refusal(try token(header, Issuer.claims, issuer.p256)) == nil)
        }
        for more in [#""crit":["exp"]"#, #""crit":[]"#, #""crit":["b64"],"b64":false"#, #""crit":null"#] {
            let header = #"{"alg":"HS256",\#(more)}"#
            #expect(
                issuer.refusal(try token(header, Issuer.claims, issuer.secret))
                    == "the token has a critical extension")
        }
    }

    @Test(arguments: [
        ("JWT", true), ("jwt", true), ("at+jwt", true), ("application/at+jwt", true), ("logout+jwt", false),
        ("secevent+jwt", false), ("dpop+jwt", false), ("JOSE", false), ("", false),
    ])
    func `A token for another purpose is refused, although its signature is valid`(
        _ type: String, _ isAccepted: Bool
    ) throws {
        let token = try token(#"{"alg":"HS256","typ":"\#(type)"}"#, Issuer.claims, issuer.secret)
        #expect((issuer.refusal(token) == nil) == isAccepted)
    }

    @Test func `Signatures that are empty, constant or of another length are refused`() throws {
        for (header, _) in issuer.signers {
            for count in [0, 1, 31, 32, 63, 64, 65, 96, 255, 256, 257, 512] {
                for byte: UInt8 in [0, 0xFF] {
                    let signer = Signer.fixed(Array(repeating: byte, count: count))
                    #expect(
                        issuer.refusal(try token(header, Issuer.claims, signer))
                            == "the token's signature is not the key's")
                }
            }
        }
    }

    @Test func `A token must have three parts in canonical base64url`() throws {
        let good = try token(#"{"alg":"HS256"}"#, Issuer.claims, issuer.secret)
        #expect(issuer.refusal(good) == nil)
        let parts = good.split(separator: ".").map(String.init)
        var bad = [
            "", ".", "..", "...", "x", "inv_", "inv_" + String(repeating: "g", count: 64), parts[0],
            "\(parts[0]).\(parts[1])", "\(good).", ".\(good)", "\(good).\(parts[2]).\(parts[2])", " \(good)",
            "\(good)=", "\(good) ", "\(good)\n", "\(good)\u{0}", "\(good)é", "\(parts[0])=.\(parts[1]).\(parts[2])",
            "\(parts[0]).\(parts[1]).", ".\(parts[1]).\(parts[2])", "\(parts[0])..\(parts[2])",
            String(repeating: "a", count: CompactToken.lengthLimit + 1), String(repeating: ".", count: 8_000),
        ]
        // Two bits of the last character of 32 bytes are unused.
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = try #require(parts[2].last.flatMap { alphabet.firstIndex(of: $0) })
        bad += (1...3).map { good.dropLast() + String(alphabet[last ^ $0]) }
        for token in bad { #expect(issuer.refusal(token) != nil, "\(token.prefix(100))") }
    }

    @Test func `A valid token that was changed anywhere is refused`() throws {
        var random = SeededRandom()
        for (header, signer) in issuer.signers {
            let good = Array(try token(header, Issuer.claims, signer).utf8)
            for _ in 0..<700 {
                let changed = mutation(of: good, using: &random)
                guard changed != good else { continue }
                let text = String(decoding: changed, as: UTF8.self)
                #expect(issuer.refusal(text) != nil, "seed \(random.seed): \(text)")
            }
        }
    }

    private func mutation(of bytes: [UInt8], using random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        let alphabet = Array("ABCxyz019-_.=+/ {\"\u{0}".utf8)
        for _ in 0..<random.pick([1, 1, 1, 2, 5]) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<7, using: &random)
            case 1: bytes[index] = random.pick(alphabet)
            case 2: bytes.remove(at: index)
            case 3: bytes.insert(random.pick(alphabet), at: index)
            case 4: bytes.swapAt(index, Int.random(in: 0..<bytes.count, using: &random))
            default: bytes = Array(bytes.prefix(max(1, index)))
            }
        }
        return bytes
    }
}

struct Unexpected: Error {}
