import Credentials
import Domain
import HTTPTypes
import Synchronization
import Testing
import UseCases

@testable import HTTPCore

@Suite("Dashboard sessions over HTTP")
struct DashboardSessionTests {
    /// A key, its sessions, and a dashboard that requires sign-in.
    private struct Fixture {
        let key: String
        let store: FakeSessions
        let dashboard: TestDashboard

        init(_ scopes: Set<Scope> = [.read, .stockWrite], isSecure: Bool = false) throws {
            var keys = FakeKeys()
            key = try keys.add("Bea", scopes)
            let store = FakeSessions(
                APIKey(
                    name: try #require(APIKeyName("Bea")), scopes: scopes, createdAt: Instant(milliseconds: 0)))
            self.store = store
            dashboard = TestDashboard(
                sessions: DashboardSessions(store: store, keys: KeyRing(store: keys)),
                authenticator: keys.authenticator, isSecure: isSecure)
        }

        /// Signs in; returns the session cookie and the CSRF token of the pages.
        func signIn() async throws -> (cookie: String, proof: String) {
            let answer = try await dashboard.post("/dashboard/sign-in", form: "key=\(key)")
            let cookie = try #require(answer.cookie)
            let page = try await dashboard.get("/dashboard/orders", [.cookie: cookie]).text
            let proof = try #require(page.firstMatch(of: /name="csrf-token" content="([0-9a-f]{64})"/)?.output.1)
            return (cookie, String(proof))
        }
    }

    private final class FakeSessions: DashboardSessionStore {
        private let key: APIKey
        private let alive = Mutex<Set<APIKeyHash>>([])

        init(_ key: APIKey) { self.key = key }

        var count: Int { alive.withLock(\.count) }

        func find(_ hash: APIKeyHash) async throws(ServiceFailure) -> APIKeyReading? {
            alive.withLock { $0.contains(hash) }
                ? APIKeyReading(key: key, hash: hash, readAt: Instant(milliseconds: 0)) : nil
        }

        func begin(_ session: APIKeyHash, key: APIKeyName) async throws(ServiceFailure) -> Bool {
            alive.withLock { _ = $0.insert(session) }
            return true
        }

        func end(_ session: APIKeyHash) async throws(ServiceFailure) {
            alive.withLock { _ = $0.remove(session) }
        }
    }

    @Test func `A page without a session redirects to the sign-in form, which leads back to the page`() async throws {
        let fixture = try Fixture()
        let sent = try await fixture.dashboard.get("/dashboard/products?search=a%20b")
        #expect(sent.status == 303)
        let place = try #require(sent.headers[.location])
        #expect(place == "/dashboard/sign-in?next=%2Fdashboard%2Fproducts%3Fsearch%3Da%2520b")
        let form = try await fixture.dashboard.get(place).text
        #expect(form.contains("name=\"next\" value=\"/dashboard/products?search=a%20b\""))
        let next = "%2Fdashboard%2Fproducts%3Fsearch%3Da%2520b"
        let back = try await fixture.dashboard.post("/dashboard/sign-in", form: "key=+\(fixture.key)%0A&next=\(next)")
        #expect(back.status == 303 && back.headers[.location] == "/dashboard/products?search=a%20b")
    }

    @Test(arguments: ["//evil.example/", "https://evil.example/", "/\\evil.example", "/a\r\nSet-Cookie: a=b", "x", ""])
    func `Signing in never redirects to another server`(next: String) async throws {
        let fixture = try Fixture()
        let answer = try await fixture.dashboard.post(
            "/dashboard/sign-in", form: "key=\(fixture.key)&next=\(PercentEncoding.encode(segment: next))")
        #expect(answer.status == 303 && answer.headers[.location] == "/")
    }

    @Test func `The cookie is hidden from scripts and other sites, and with TLS it is only sent over HTTPS`()
        async throws
    {
        for isSecure in [false, true] {
            let fixture = try Fixture(isSecure: isSecure)
            let answer = try await fixture.dashboard.post("/dashboard/sign-in", form: "key=\(fixture.key)")
            let cookie = try #require(answer.headers[.setCookie])
            for part in ["; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=43200"] {
                #expect(cookie.contains(part))
            }
            #expect(cookie.contains("; Secure") == isSecure)
            #expect(!cookie.contains(fixture.key))
        }
    }

    @Test func `Behind an HTTPS proxy the cookie is only sent over HTTPS too`() async throws {
        let fixture = try Fixture()
        for (origin, isSecure) in [("https://stock.example", true), ("http://stock.example", false)] {
            let headers: HTTPFields = [.origin: origin]
            let signIn = try await fixture.dashboard.post("/dashboard/sign-in", form: "key=\(fixture.key)", headers)
            #expect(signIn.headers[.setCookie]?.contains("; Secure") == isSecure, "\(origin)")
            let cookie = try #require(signIn.cookie)
            let page = try await fixture.dashboard.get("/dashboard/orders", [.cookie: cookie]).text
            let proof = try #require(page.firstMatch(of: /name="csrf-token" content="([0-9a-f]{64})"/)?.output.1)
            let signOut = try await fixture.dashboard.post(
                "/dashboard/sign-out", form: "csrf=\(proof)", [.cookie: cookie, .origin: origin])
            #expect(signOut.headers[.setCookie]?.contains("; Secure") == isSecure, "\(origin)")
        }
    }

    @Test func `An invalid key is reported at its field, and sets no cookie`() async throws {
        let fixture = try Fixture()
        for (form, status) in [("key=inv_x", 401), ("key=", 422), ("", 422), ("key=%ff", 422)] {
            let answer = try await fixture.dashboard.post("/dashboard/sign-in", form: form)
            #expect(answer.status == status, "\(form)")
            #expect(answer.headers[.setCookie] == nil && answer.text.contains("aria-describedby=\"key-fault\""))
        }
        #expect(fixture.store.count == 0)
    }

    @Test func `A form from another site can neither sign in nor sign out`() async throws {
        let fixture = try Fixture()
        let (cookie, proof) = try await fixture.signIn()
        for headers in [
            [.secFetchSite: "cross-site"], [.secFetchSite: "same-site"], [.secFetchSite: "none"],
            [.origin: "http://evil.example"], [.origin: "null"], [.origin: "http://stock.example.evil"],
        ] as [HTTPFields] {
            let signIn = try await fixture.dashboard.post("/dashboard/sign-in", form: "key=\(fixture.key)", headers)
            #expect(signIn.status == 403 && signIn.headers[.setCookie] == nil, "\(headers)")
            var sent = headers
            sent[.cookie] = cookie
            #expect(try await fixture.dashboard.post("/dashboard/sign-out", form: "csrf=\(proof)", sent).status == 403)
        }
        let unproved = try await fixture.dashboard.post("/dashboard/sign-out", form: "csrf=0", [.cookie: cookie])
        #expect(unproved.status == 403 && fixture.store.count == 1)
        for headers in [[.secFetchSite: "same-origin"], [.origin: "http://stock.example"], [:]] as [HTTPFields] {
            #expect(
                try await fixture.dashboard.post("/dashboard/sign-in", form: "key=\(fixture.key)", headers).status
                    == 303)
        }
    }

    @Test func `Signing out ends the session and removes the cookie`() async throws {
        let fixture = try Fixture()
        let (cookie, proof) = try await fixture.signIn()
        let other = try await fixture.signIn().cookie
        let answer = try await fixture.dashboard.post("/dashboard/sign-out", form: "csrf=\(proof)", [.cookie: cookie])
        #expect(answer.status == 303 && answer.headers[.setCookie]?.contains("Max-Age=0") == true)
        #expect(try await fixture.dashboard.get("/", [.cookie: cookie]).status == 303)
        #expect(try await fixture.dashboard.get("/", [.cookie: other]).status == 200)
    }

    @Test func `The API accepts a session with its CSRF token, from the same origin, and within the key's scopes`()
        async throws
    {
        let fixture = try Fixture([.read])
        let (cookie, proof) = try await fixture.signIn()
        let other = try await fixture.signIn().proof
        func status(_ headers: HTTPFields, _ method: HTTPRequest.Method = .get) async throws -> Int {
            let path = method == .get ? "/api/v1/inventory" : "/api/v1/inventory/receive"
            return try await fixture.dashboard.send(method, path, method == .get ? nil : "{}", headers).status
        }
        #expect(try await status([.cookie: cookie, .csrfToken: proof]) == 200)
        #expect(try await status([.cookie: "a=b; \(cookie); c=d", .csrfToken: proof]) == 200)
        #expect(try await status([.cookie: cookie, .csrfToken: proof, .secFetchSite: "same-origin"]) == 200)
        #expect(try await status([.cookie: cookie, .csrfToken: proof], .post) == 403)
        for headers in [
            [.cookie: cookie], [.cookie: cookie, .csrfToken: other], [.csrfToken: proof],
            [.cookie: cookie, .csrfToken: proof, .secFetchSite: "cross-site"],
            [.cookie: cookie, .csrfToken: proof, .secFetchSite: "same-site"],
            [.cookie: "inventory_session=\(proof)", .csrfToken: proof],
            // A request with a bearer token is authenticated by the token alone.
            [.cookie: cookie, .csrfToken: proof, .authorization: "Bearer inv_x"],
        ] as [HTTPFields] {
            #expect(try await status(headers) == 401, "\(headers)")
        }
        #expect(try await status(.bearer(fixture.key)) == 200)
    }

    @Test func `Pages do not offer what the scopes forbid`() async throws {
        for (scopes, has) in [([.read], false), ([.read, .stockWrite], true), ([.admin], true)] as [(Set<Scope>, Bool)]
        {
            let fixture = try Fixture(scopes)
            let (cookie, _) = try await fixture.signIn()
            let page = try await fixture.dashboard.get("/dashboard/products/LAPTOP-001", [.cookie: cookie]).text
            #expect(page.contains("data-form") == has)
        }
        let fixture = try Fixture([.stockWrite])
        let refused = try await fixture.dashboard.post("/dashboard/sign-in", form: "key=\(fixture.key)")
        #expect(refused.status == 401 && refused.text.contains("needs the scope read"))
    }

    @Test func `Without authentication there is no sign-in`() async throws {
        let dashboard = TestDashboard()
        #expect(try await dashboard.get("/dashboard/sign-in").headers[.location] == "/")
        let page = try await dashboard.get("/").text
        #expect(!page.contains("csrf") && !page.contains("Sign out"))
    }
}
