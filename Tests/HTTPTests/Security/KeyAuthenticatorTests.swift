import Credentials
import HTTPTypes
import Testing
import UseCases

@testable import HTTPCore

@Suite("API keys over HTTP")
struct KeyAuthenticatorTests {
    @Test("the scheme is case-insensitive, and surrounding spaces are ignored")
    func scheme() async throws {
        var keys = FakeKeys()
        let key = try keys.add("shop", [.read])
        let authenticator = keys.authenticator
        for value in ["Bearer \(key)", "bearer \(key)", "BEARER \(key)", "bEaReR   \(key)", " Bearer \(key) "] {
            let principal = try await authenticator.authenticate([.authorization: value])
            #expect(principal == Principal(name: "shop", scopes: [.read]), "\(value)")
        }
    }

    @Test(
        "what is not exactly one bearer token is unauthorized",
        arguments: [
            "", "Bearer", "Bearer ", "KEY", "Basic KEY", "BearerKEY", "Bearer:KEY", "Bearer KEY KEY",
            "Bearer KEY, Bearer KEY",
            "Bearer KEY,", "Bearer \"KEY\"", "Bearer KEYx", "Bearer xKEY", "Bearer =KEY", "Bearer\tKEY",
            "Token KEY",
        ])
    func malformed(_ form: String) async throws {
        var keys = FakeKeys()
        let key = try keys.add("shop", [.admin])
        let authenticator = keys.authenticator
        await #expect {
            try await authenticator.authenticate([.authorization: form.replacing("KEY", with: key)])
        } throws: { error in
            guard case AuthenticationFailure.unauthorized(let reason) = error else { return false }
            return !reason.contains(key.prefix(12))
        }
    }

    @Test("two valid headers are refused, and so is one that is too long")
    func tooMuch() async throws {
        var keys = FakeKeys()
        let key = try keys.add("shop", [.admin])
        let authenticator = keys.authenticator
        var headers = HTTPFields()
        headers.append(HTTPField(name: .authorization, value: "Bearer \(key)"))
        headers.append(HTTPField(name: .authorization, value: "Bearer \(key)"))
        await #expect(throws: AuthenticationFailure.unauthorized(reason: "more than one Authorization")) {
            try await authenticator.authenticate(headers)
        }
        let long = String(repeating: " ", count: BearerToken.lengthLimit)
        await #expect(throws: AuthenticationFailure.unauthorized(reason: "Authorization is too long")) {
            try await authenticator.authenticate([.authorization: "Bearer\(long)\(key)"])
        }
    }

    @Test("without the database an uncached key is 503, not 401")
    func outage() async throws {
        struct Away: APIKeyStore {
            func find(_: APIKeyHash) async throws(ServiceFailure) -> APIKeyReading? {
                throw .unavailable(cause: "connection refused by db-7")
            }
        }
        let authenticator = KeyAuthenticator(keys: KeyRing(store: Away()))
        try await withAPI(authenticator: authenticator) { api in
            let answer = try await api.get("/inventory", headers: .bearer(FakeKeys.secret().text))
            #expect(answer.status == 503 && answer.code == "unavailable")
            #expect(!answer.text.contains("db-7"))
            // A malformed key is refused without the database.
            #expect(try await api.get("/inventory", headers: .bearer("x")).status == 401)
            #expect(try await api.get("/health/live").status == 200)
        }
    }

    @Test("an unknown path is 404 and a wrong method 405, even without a key")
    func unknownPaths() async throws {
        try await withAPI(authenticator: FakeKeys().authenticator) { api throws in
            #expect(try await api.get("/nope").status == 404)
            #expect(try await api.send(.delete, "/inventory").status == 405)
            #expect(try await api.send(.head, "/inventory").status == 401)
        }
    }
}
