import Crypto
import CryptoExtras
import Foundation
import Synchronization
import TokenTesting
import UseCases

@testable import Tokens

/// An issuer with one key of each kind, and a server that trusts it. The test controls the server's clock.
final class Issuer: Sendable {
    static let secretText = "0123456789abcdef0123456789ABCDEF"
    static let start: Double = 1_700_000_000

    /// Generated once, because an RSA key is slow to generate.
    private static let rsaKey = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    let secret = Signer.secret(secretText)
    let rsa: Signer
    let p256 = Signer.p256(P256.Signing.PrivateKey())
    let verifier: JWTVerifier
    private let clock: Clock

    private final class Clock: Sendable {
        let now = Mutex(Issuer.start)
    }

    /// - Parameter sharesSecret: whether the server knows the secret of HS256.
    init(issuer: String? = nil, audience: String? = nil, sharesSecret: Bool = true) async throws {
        rsa = .rsa(try Self.rsaKey.get())
        let clock = Clock()
        self.clock = clock
        verifier = JWTVerifier(
            rules: TokenRules(issuer: issuer, audience: audience),
            secret: sharesSecret ? try await .secret(Self.secretText) : nil
        ) { clock.now.withLock { $0 } }
        verifier.replace(try await KeySet(Data(try keySet().utf8)))
    }

    /// Both public keys, by the names `r` and `e`.
    func keySet() throws -> String {
        #"{"keys":[\#(try rsa.jwk(#""kid":"r","use":"sig","alg":"RS256""#)),\#(try p256.jwk(#""kid":"e""#))]}"#
    }

    func advance(by seconds: Double) { clock.now.withLock { $0 += seconds } }

    /// Claims that are valid for a minute.
    static let claims = #"{"sub":"alice","exp":\#(Int(start) + 60),"scope":"read stock:write"}"#
    static let caller = TokenCaller(actor: TokenActor(subject: "alice")!, scopes: [.read, .stockWrite])

    /// The three ways to sign, each with a matching header.
    var signers: [(header: String, signer: Signer)] {
        [
            (#"{"alg":"HS256","typ":"JWT"}"#, secret), (#"{"alg":"RS256","kid":"r"}"#, rsa),
            (#"{"alg":"ES256","kid":"e","typ":"at+jwt"}"#, p256),
        ]
    }

    /// Why a token is refused; nil if it is accepted.
    func refusal(_ token: String) -> String? {
        do {
            _ = try verifier.verify(token)
            return nil
        } catch {
            return error.reason
        }
    }

    /// Why a token with these claims, signed with the secret, is refused.
    func refusal(claims: String) throws -> String? {
        refusal(try token(#"{"alg":"HS256"}"#, claims, secret))
    }
}
