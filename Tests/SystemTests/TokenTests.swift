import Crypto
import Foundation
import NIOHTTP1
import TestSupport
import Testing
import TokenTesting

extension SystemTests {
    /// Callers with tokens of the test's own issuer.
    @Suite struct TokenTests {
        private static let secret = "a secret of 32 bytes or more, it is"
        private static let settings = [
            "AUTH_MODE": "keys+jwt", "JWT_HS256_SECRET": secret, "JWT_ISSUER": "https://id.example",
            "JWT_AUDIENCE": "stock",
        ]

        /// - Parameter lasting: the token's lifetime in seconds.
        private static func hs256(
            _ subject: String, _ scope: String, audience: String = "stock", issuer: String = "https://id.example",
            lasting seconds: Int = 300, secret: String = secret
        ) throws -> String {
            let end = Int(Date().timeIntervalSince1970) + seconds
            let claims =
                #"{"iss":"\#(issuer)","aud":["x","\#(audience)"],"sub":"\#(subject)","exp":\#(end),"scope":"\#(scope)"}"#
            return try token(#"{"alg":"HS256","typ":"JWT"}"#, claims, .secret(secret))
        }

        @Test(.timeLimit(.minutes(2)))
        func `A token has its scopes on both servers, its subject is in the ledger, and keys keep working`()
            async throws
        {
            try await Stage.with(settings: Self.settings) { stage in
                let token = try Self.hs256("web-shop", "read catalog:write stock:write reservations:write openid")
                let clients = await stage.clients.map { $0.with(key: token) }
                let client = try #require(clients.first)
                try await stage.require(client.post("/warehouses", ["code": "WH1", "name": "One"]))
                try await stage.require(client.post("/products", ["sku": "A", "name": "A", "base_price": "1.00"]))
                for client in clients { try await stage.require(client.receive("A", "WH1", 5)) }
                try await stage.require(client.reserve(order: newOrder(), [("A", "WH1", 2)]))
                let key = try await stage.createKey("web-shop", ["read", "stock:write"])
                try await stage.require(client.with(key: key).receive("A", "WH1", 1))
                let id = try #require(try await client.record("A", "WH1")["id"].text)
                let rows = try await client.get("/inventory/\(id)/transactions").json["items"].array
                let actors = rows.map { $0["actor"].text ?? "" }.sorted()
                #expect(actors == ["jwt:web-shop", "jwt:web-shop", "jwt:web-shop", "web-shop"])

                for client in clients {
                    let reader = client.with(key: try Self.hs256("reader", "read"))
                    #expect(try await reader.get("/inventory").status == 200)
                    let refused = try await reader.receive("A", "WH1", 5)
                    #expect(refused.status == 403 && refused.json["required_scope"] == "stock:write", "\(refused)")
                    let unscoped = client.with(key: try Self.hs256("unscoped", "openid profile"))
                    #expect(try await unscoped.get("/inventory").status == 403)
                }
                for api in await stage.servers {
                    #expect(!api.child.errorOutput.contains(token.suffix(20)), "a token is in the log")
                    #expect(!api.child.errorOutput.contains(Self.secret), "the secret is in the log")
                }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A token that is old, another's or not genuine is 401, and the log alone says why`() async throws {
            try await Stage.with(servers: 1, settings: Self.settings) { stage in
                let bare = try #require(await stage.clients.first)
                let api = try #require(await stage.servers.first)
                let good = try Self.hs256("shop", "admin")
                #expect(try await bare.with(key: good).get("/inventory").status == 200)
                for (token, reason) in [
                    (try Self.hs256("old", "admin", lasting: -1), "the token of jwt:old has expired"),
                    (
                        try Self.hs256("lost", "admin", audience: "shop"),
                        "the token of jwt:lost is not for this audience"
                    ),
                    (try Self.hs256("far", "admin", issuer: "x"), "the token of jwt:far is another issuer's"),
                    (
                        try Self.hs256("liar", "admin", secret: Self.secret + "x"),
                        "the token's signature is not the key's"
                    ),
                    (good + "=", "a part of the token is not base64url"),
                    (
                        try TokenTesting.token(#"{"alg":"none"}"#, "{}", .fixed([])),
                        "the token's algorithm is none of HS256, RS256, ES256"
                    ),
                    ("inv_0", "neither the form of a key nor that of a JWT"),
                ] {
                    let answer = try await bare.with(key: token).get("/inventory")
                    #expect(answer.status == 401 && answer.code == "unauthorized", "\(reason): \(answer)")
                    #expect(answer.detail == "A valid bearer token is needed, such as an API key.")
                    #expect(answer.header("WWW-Authenticate") == "Bearer")
                    try await eventually("the log says: \(reason)") { api.child.errorOutput.contains(reason) }
                }
                // The token works until it expires, and not afterwards, although it was cached.
                let short = bare.with(key: try Self.hs256("short", "read", lasting: 2))
                #expect(try await short.get("/inventory").status == 200)
                try await eventually("the token has expired") { try await short.get("/inventory").status == 401 }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Idempotency keys of a token's subject and of an API key with the same name are separate`() async throws {
            try await Stage.with(servers: 1, settings: Self.settings) { stage in
                let bare = try #require(await stage.clients.first)
                let key = try await stage.createKey("shop", ["admin"])
                for credential in [key, try Self.hs256("shop", "admin"), try Self.hs256("other", "admin")] {
                    let client = bare.with(key: credential)
                    func make(_ code: String) async throws -> Answer {
                        let body: JSON = ["code": .string(code), "name": "W"]
                        return try await client.send(
                            .POST, "/api/v1/warehouses", bytes: body.bytes, headers: ["Idempotency-Key": "one"])
                    }
                    let code = "WH-\(credential.hashValue.magnitude % 1_000_000)"
                    let first = try await make(code)
                    #expect(first.isSuccess && first.header("Idempotent-Replayed") == nil, "\(first)")
                    let second = try await make(code)
                    #expect(second.isSuccess && second.header("Idempotent-Replayed") != nil, "\(second)")
                }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A rewritten key set takes effect without a restart`() async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let file = "\(folder.path)/jwks.json"
            let (old, new) = (Signer.p256(P256.Signing.PrivateKey()), Signer.p256(P256.Signing.PrivateKey()))
            func write(_ keys: String...) throws {
                try Data(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8)
                    .write(to: URL(filePath: file), options: .atomic)
            }
            try write(old.jwk(#""kid":"old""#))
            try await Stage.with(servers: 1, settings: ["AUTH_MODE": "keys+jwt", "JWT_JWKS": file]) { stage in
                let bare = try #require(await stage.clients.first)
                let end = Int(Date().timeIntervalSince1970) + 300
                let claims = #"{"sub":"a","exp":\#(end),"scope":["read"]}"#
                func status(_ kid: String, _ signer: Signer) async throws -> Int {
                    let token = try TokenTesting.token(#"{"alg":"ES256","kid":"\#(kid)"}"#, claims, signer)
                    return try await bare.with(key: token).get("/inventory").status
                }
                #expect(try await status("old", old) == 200)
                #expect(try await status("new", new) == 401)
                try write(old.jwk(#""kid":"old""#), new.jwk(#""kid":"new""#))
                try await eventually("the new key is accepted") { try await status("new", new) == 200 }
                #expect(try await status("old", old) == 200)
                try write(new.jwk(#""kid":"new""#))
                try await eventually("the old key is gone") { try await status("old", old) == 401 }
                #expect(try await status("new", new) == 200)
            }
        }

        @Test(.timeLimit(.minutes(1))) func `With AUTH_MODE=keys a valid token is refused`() async throws {
            let settings = Self.settings.merging(["AUTH_MODE": "keys", "JWT_JWKS": "/nowhere"]) { $1 }
            try await Stage.with(servers: 1, settings: settings) { stage in
                let bare = try #require(await stage.clients.first)
                #expect(try await bare.with(key: Self.hs256("shop", "admin")).get("/inventory").status == 401)
            }
        }
    }
}
