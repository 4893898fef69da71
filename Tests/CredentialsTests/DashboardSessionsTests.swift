import Domain
import Testing
import UseCases

@testable import Credentials

@Suite("Dashboard sessions")
struct DashboardSessionsTests {
    private let clock = FakeClock()
    private let keys: FakeStore
    private let store: FakeSessions
    private let sessions: DashboardSessions

    init() {
        let clock = clock
        keys = FakeStore(clock)
        store = FakeSessions(clock)
        sessions = DashboardSessions(
            store: store, keys: KeyRing(store: keys, now: { clock.now }), now: { clock.now })
    }

    private func makeKey(
        _ scopes: Set<Scope>, expiresIn milliseconds: Int64? = nil, isRevoked: Bool = false
    ) throws -> (text: String, key: APIKey) {
        var random = SystemRandomNumberGenerator()
        let secret = APIKeySecret(using: &random)
        let start = FakeStore.start
        let key = APIKey(
            name: try #require(APIKeyName("Bea")), scopes: scopes, createdAt: start,
            expiresAt: milliseconds.map { Instant(milliseconds: start.milliseconds + $0) },
            revokedAt: isRevoked ? start : nil)
        keys.put(secret.hash, key)
        return (secret.text, key)
    }

    private func token(_ text: String) async throws -> SessionToken {
        guard case .signedIn(let token) = try await sessions.signIn(text) else { throw NotSignedIn() }
        return token
    }

    private struct NotSignedIn: Error {}

    @Test func `A key that may read starts a session, of which the store gets only the hash`() async throws {
        let (text, key) = try makeKey([.read])
        let first = try await token(text)
        let second = try await token(text)
        #expect(first.text != second.text && first.text.utf8.count == 64)
        #expect(store.begun == [first.hash, second.hash])
        store.rows.put(first.hash, key)
        #expect(try await sessions.find(first) == .active(key))
        #expect("\(first)".contains(first.text.prefix(8)) == false)
        #expect(String(reflecting: first).contains(first.text.prefix(8)) == false)
    }

    @Test func `A missing key, an inactive one, and one that may not read are refused with a reason`() async throws {
        let texts = [
            "", "inv_", "inv_" + String(repeating: "0", count: 64), try makeKey([.read], expiresIn: 0).text,
            try makeKey([.read], isRevoked: true).text, try makeKey([.stockWrite]).text,
        ]
        var reasons: [String] = []
        for text in texts {
            guard case .refused(let reason) = try await sessions.signIn(text) else {
                Issue.record("signed in by \(text.prefix(4))")
                continue
            }
            reasons.append(reason)
        }
        #expect(reasons[0] == reasons[1] && reasons[0].contains("inv_"))
        #expect(Set(reasons).count == 5, "\(reasons)")
        #expect(store.begun == [])
    }

    @Test func `After thirty refusals in a row one attempt a second is allowed`() async throws {
        for _ in 0..<30 {
            guard case .refused = try await sessions.signIn("x") else {
                Issue.record("not refused")
                return
            }
        }
        let (text, _) = try makeKey([.read])
        func isTooMany() async throws -> Bool {
            if case .tooManyAttempts = try await sessions.signIn(text) { true } else { false }
        }
        #expect(try await isTooMany())
        clock.advance(by: .seconds(1))
        let later = try await isTooMany()
        #expect(!later, "a valid key signs in as soon as an attempt is allowed")
    }

    @Test func `Signing out ends the session at once, also during a lookup`() async throws {
        let (text, key) = try makeKey([.read])
        let token = try await token(text)
        store.rows.put(token.hash, key)
        store.rows.pause()
        async let slow = sessions.find(token)
        while store.rows.waiting == 0 { await Task.yield() }
        try await sessions.signOut(token)
        store.rows.resume()
        _ = try await slow
        #expect(try await sessions.find(token) == .unknown)
        #expect(store.ended == [token.hash])
    }

    @Test func `A session that the store could not end continues`() async throws {
        let (text, key) = try makeKey([.read])
        let token = try await token(text)
        store.rows.put(token.hash, key)
        store.fail(.unavailable(cause: "away"))
        await #expect(throws: ServiceFailure.unavailable(cause: "away")) { try await sessions.signOut(token) }
        #expect(try await sessions.find(token) == .active(key))
    }

    @Test func `Only the session's own CSRF token is accepted`() throws {
        var random = SystemRandomNumberGenerator()
        let token = SessionToken(using: &random)
        let other = SessionToken(using: &random)
        #expect(token.hasCSRFToken(token.csrfToken))
        for text in [
            other.csrfToken, token.text, "", token.csrfToken + "0", String(token.csrfToken.dropLast()),
        ] {
            #expect(!token.hasCSRFToken(text))
        }
        #expect(SessionToken(token.text)?.hash == token.hash)
        for text in ["", token.text + "0", token.text.uppercased() + "", "g" + token.text.dropFirst()] {
            #expect(SessionToken(text) == nil || text == token.text, "\(text)")
        }
    }
}
