import Foundation
import TestSupport
import Testing
import TokenTesting
import UseCases

@testable import Tokens

@Suite struct ClaimTests {
    private static let now = Int(Issuer.start)

    @Test func `A token is valid before the moment of its expiry`() async throws {
        let issuer = try await Issuer()
        let token = try token(#"{"alg":"HS256"}"#, Issuer.claims, issuer.secret)
        #expect(issuer.refusal(token) == nil)
        issuer.advance(by: 59.5)
        #expect(issuer.refusal(token) == nil)
        issuer.advance(by: 0.5)
        #expect(issuer.refusal(token) == "the token of jwt:alice has expired")
    }

    @Test func `A token without a numeric expiry is refused`() async throws {
        let issuer = try await Issuer()
        #expect(try issuer.refusal(claims: #"{"sub":"a"}"#) == "the token of jwt:a never expires")
        #expect(try issuer.refusal(claims: #"{"sub":"a","exp":null}"#) == "the token of jwt:a never expires")
        for end in [#""\#(Self.now + 60)""#, "[1]", "true", "{}", "1e999", "-1e999", "NaN", ""] {
            #expect(try issuer.refusal(claims: #"{"sub":"a","exp":\#(end)}"#) != nil, "\(end)")
        }
        for end in ["0", "-1", "\(Self.now)", "-9223372036854775809", "\(Self.now).0"] {
            #expect(try issuer.refusal(claims: #"{"sub":"a","exp":\#(end)}"#) == "the token of jwt:a has expired")
        }
        for end in ["\(Self.now).5", "1.8e9", "9223372036854775808", "1e300"] {
            #expect(try issuer.refusal(claims: #"{"sub":"a","exp":\#(end)}"#) == nil, "\(end)")
        }
    }

    @Test func `An issuer's clock may be ahead by the leeway at most`() async throws {
        let issuer = try await Issuer()
        for claim in ["nbf", "iat"] {
            func refusal(_ ahead: Int) throws -> String? {
                let moment = Self.now + ahead
                return try issuer.refusal(claims: #"{"sub":"a","exp":\#(Self.now + 600),"\#(claim)":\#(moment)}"#)
            }
            let leeway = Int(TokenRules.leeway)
            #expect(try refusal(-1_000) == nil)
            #expect(try refusal(0) == nil)
            #expect(try refusal(leeway) == nil)
            #expect(try refusal(leeway + 1) != nil)
        }
    }

    @Test func `The audience is one or several, and must contain the server's if that is set`() async throws {
        let strict = try await Issuer(audience: "stock")
        let open = try await Issuer()
        for (aud, isAccepted) in [
            (#""stock""#, true), (#"["stock"]"#, true), (#"["x","stock"]"#, true), ("null", false), ("[]", false),
            (#""Stock""#, false), (#""stock ""#, false), (#""x stock""#, false), (#"["x"]"#, false), (#""""#, false),
            (#"{"stock":1}"#, nil), ("1", nil), (#"["stock",1]"#, nil),
        ] {
            let claims = #"{"sub":"a","exp":\#(Self.now + 60),"aud":\#(aud)}"#
            #expect((try strict.refusal(claims: claims) == nil) == (isAccepted ?? false), "\(aud)")
            #expect((try open.refusal(claims: claims) == nil) == (isAccepted != nil), "\(aud)")
        }
        #expect(try strict.refusal(claims: Issuer.claims) == "the token of jwt:alice is not for this audience")
    }

    @Test func `The issuer must be the server's if that is set, otherwise it is part of the actor`() async throws {
        let strict = try await Issuer(issuer: "https://id.example")
        let open = try await Issuer()
        func claims(_ issuer: String) -> String { #"{"sub":"a","exp":\#(Self.now + 60),"iss":\#(issuer)}"# }
        #expect(try strict.refusal(claims: claims(#""https://id.example""#)) == nil)
        for other in [#""https://id.example/""#, #""x""#, "null", #""""#, #"["https://id.example"]"#, "1"] {
            #expect(try strict.refusal(claims: claims(other)) != nil, "\(other)")
        }
        func actor(_ issuer: Issuer, _ claims: String) throws -> String {
            try issuer.verifier.verify(token(#"{"alg":"HS256"}"#, claims, issuer.secret)).actor.description
        }
        #expect(try actor(strict, claims(#""https://id.example""#)) == "jwt:a")
        #expect(try actor(open, claims(#""https://id.example""#)) == "jwt:https://id.example a")
        #expect(try actor(open, claims("null")) == "jwt:a")
    }

    @Test(arguments: [
        (#""read""#, [Scope.read]), (#""read stock:write""#, [.read, .stockWrite]),
        (#""  read   admin ""#, [.read, .admin]), (#"["read","stock:write"]"#, [.read, .stockWrite]),
        (#"["read admin"]"#, [.read, .admin]), (#""openid profile""#, []), (#""Read READ reads""#, []), (#""""#, []),
        ("[]", []), ("null", []),
        (
            #""catalog:write reservations:write procurement:write""#,
            [.catalogWrite, .reservationsWrite, .procurementWrite]
        ),
    ])
    func `The scope is a string of words or an array, and unknown words are ignored`(
        _ scope: String, _ scopes: [Scope]
    ) async throws {
        let issuer = try await Issuer()
        let claims = #"{"sub":"a","exp":\#(Self.now + 60),"scope":\#(scope)}"#
        let caller = try issuer.verifier.verify(token(#"{"alg":"HS256"}"#, claims, issuer.secret))
        #expect(caller.scopes == Set(scopes))
    }

    @Test func `A subject is 1 to 255 bytes of visible characters without a space`() async throws {
        let issuer = try await Issuer()
        let long = String(repeating: "x", count: 255)
        for (subject, isAccepted) in [
            (#""a""#, true), (#""auth0|5f7c""#, true), (#""Größe-🛒""#, true), (#""\#(long)""#, true),
            (#""\#(long)x""#, false), (#""""#, false), ("null", false), ("7", false), (#""a b""#, false),
            (#""a\nb""#, false), (#""a\u0000""#, false), (#""a\u202eb""#, false), (#""\u200b""#, false),
            (#""a\u00a0b""#, false), (#"["a"]"#, false),
        ] {
            let claims = #"{"sub":\#(subject),"exp":\#(Self.now + 60)}"#
            #expect((try issuer.refusal(claims: claims) == nil) == isAccepted, "\(subject)")
        }
        #expect(try issuer.refusal(claims: #"{"exp":\#(Self.now + 60)}"#) == "the token has no subject")
    }

    @Test func `Claims are accepted exactly when all of them are valid`() async throws {
        var random = SeededRandom()
        let issuer = try await Issuer(issuer: "i", audience: "a")
        let values = [
            #""i""#, #""a""#, #""x""#, #"["a"]"#, #"["i","a"]"#, "[]", "{}", "null", "true", "0", "-1", "1e999",
            "\(Self.now)", "\(Self.now + 60)", "\(Self.now + 20).5", "1e18", #""\ud800""#, "[[[[[]]]]]", #""read""#,
        ]
        var accepted = 0
        for _ in 0..<3_000 {
            func value(_ valid: [String]) -> String? {
                switch Int.random(in: 0..<10, using: &random) {
                case 0: random.pick(values)
                case 1: nil
                default: random.pick(valid)
                }
            }
            let claims: [String: String?] = [
                "iss": value([#""i""#]), "sub": value([#""x""#]), "aud": value([#""a""#, #"["a"]"#, #"["i","a"]"#]),
                "exp": value(["\(Self.now + 60)", "1e18", "\(Self.now + 20).5"]),
                "nbf": value(["0", "\(Self.now)"]), "iat": value(["-1", "\(Self.now + 20).5"]),
                "scope": value([#""read""#, #"["a"]"#, "[]"]),
            ]
            let json =
                "{" + claims.compactMap { name, value in value.map { #""\#(name)":\#($0)"# } }.joined(separator: ",")
                + "}"
            let expected = isValid(claims.compactMapValues { $0 == "null" ? nil : $0 })
            #expect((try issuer.refusal(claims: json) == nil) == expected, "seed \(random.seed): \(json)")
            if expected { accepted += 1 }
        }
        #expect((100..<2_900).contains(accepted), "\(accepted)")
    }

    /// Decides by lists of valid values instead of decoding: every value comes from the pool above.
    private func isValid(_ claims: [String: String]) -> Bool {
        func number(_ name: String) -> Double? {
            claims[name].flatMap { $0.contains("\"") || $0.contains("[") ? nil : Double($0) }
        }
        func isTime(_ name: String, before limit: Double) -> Bool {
            claims[name] == nil || number(name).map { $0.isFinite && $0 <= limit } ?? false
        }
        let texts = [#""i""#, #""a""#, #""x""#, #""read""#]
        let lists = [#"["a"]"#, #"["i","a"]"#, "[]"]
        return claims["iss"] == #""i""# && texts.contains(claims["sub"] ?? "")
            && [#""a""#, #"["a"]"#, #"["i","a"]"#].contains(claims["aud"])
            && number("exp").map { $0.isFinite && $0 > Issuer.start } ?? false
            && isTime("nbf", before: Issuer.start + 30) && isTime("iat", before: Issuer.start + 30)
            && claims["scope"].map { texts.contains($0) || lists.contains($0) } ?? true
    }
}
