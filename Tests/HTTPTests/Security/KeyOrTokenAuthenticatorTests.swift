import Credentials
import HTTPTypes
import NIOCore
import Testing
import UseCases

@testable import HTTPCore
@testable import JSON
@testable import OpenAPI

@Suite("API keys and tokens over HTTP")
struct KeyOrTokenAuthenticatorTests {
    /// Knows `good`, and fails the test when it is shown a key.
    private struct FakeTokens: TokenVerifier {
        func verify(_ token: String) throws(TokenRefusal) -> TokenCaller {
            #expect(APIKeySecret(token) == nil, "a key is not shown to whom it does not concern")
            guard token == "good", let actor = TokenActor(subject: "alice") else { throw TokenRefusal("not good") }
            return TokenCaller(actor: actor, scopes: [.read])
        }
    }

    @Test("a text in the form of a key is a key, known or not, and any other text is a token")
    func forms() async throws {
        var keys = FakeKeys()
        let key = try keys.add("shop", [.admin])
        let authenticator = KeyOrTokenAuthenticator(keys: keys.authenticator, tokens: FakeTokens())
        #expect(try await authenticator.authenticate(.bearer(key)) == Principal(name: "shop", scopes: [.admin]))
        let unknown = "inv_" + String(repeating: "0", count: 64)
        await #expect(throws: AuthenticationFailure.unauthorized(reason: "unknown key")) {
            try await authenticator.authenticate(.bearer(unknown))
        }
        #expect(try await authenticator.authenticate(.bearer("good")) == Principal(name: "jwt:alice", scopes: [.read]))
        for other in ["bad", "inv_", String(key.dropLast()), key.uppercased()] {
            await #expect(throws: AuthenticationFailure.unauthorized(reason: "not good")) {
                try await authenticator.authenticate(.bearer(other))
            }
        }
        await #expect(throws: AuthenticationFailure.unauthorized(reason: "no Authorization")) {
            try await authenticator.authenticate([:])
        }
    }

    @Test("the description mentions tokens where they are accepted, and no credentials where none are needed")
    func description() async throws {
        let both = KeyOrTokenAuthenticator(keys: FakeKeys().authenticator, tokens: FakeTokens())
        func text(_ authenticator: any Authenticator) -> String {
            let endpoints = makeAPI(credentials: authenticator.credentials)
            return String(buffer: OpenAPIDocument(endpoints, credentials: authenticator.credentials).text.buffer)
        }
        #expect(text(both).contains("An API key, or a JWT"))
        #expect(text(RateLimitedAuthenticator(both, limiter: FakeLimiter())).contains("An API key, or a JWT"))
        #expect(!text(FakeKeys().authenticator).contains("JWT"))
        #expect(!text(OpenAuthenticator()).contains(#""security":[{"#))
        #expect(text(both).contains(#""security":[{"#))
    }
}
