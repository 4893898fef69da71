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

    @Test func `A key that may read begins a session, of which the store sees only the hash`() async throws {
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

    @Test func `Who has no key, a dead one, or one that may not read is told so`() async throws {
        let texts = [
            "", "inv_", "inv_" + String(repeating: "0", count: 64), try makeKey([.read], expiresIn: 0).text,
            try makeKey([.read], isRevoked: true).text, try makeKey([.stockWrite]).text,
        ]
        var words: [String] = []
        for text in texts {
            guard case .refused(let why) = try await sessions.signIn(text) else {
                Issue.record("signed in by \(text.prefix(4))")
                continue
            }
            words.append(why)
        }
        #expect(words[0] == words[1] && words[0].contains("inv_"))
        #expect(Set(words).count == 5, "\(words)")
        #expect(store.begun == [])
    }

    @Test func `Thirty refusals in a row are too many, for a second each`() async throws {
        for _ in 0..<30 {
            guard case .refused = try await sessions.signIn("x") else {
                Issue.record("not refused")
                return
            }
        }
        let (text, _) = try makeKey([.read])
        func isTooMany() async throws -> Bool {
            if case .tooManyTries = try await sessions.signIn(text) { true } else { false }
        }
        #expect(try await isTooMany())
        clock.advance(by: .seconds(1))
        let later = try await isTooMany()
        #expect(!later, "a good key opens as soon as there is room")
    }

    @Test func `Signing out ends the session at once, also while a look at it is under way`() async throws {
        let (text, key) = try makeKey([.read])
        let token = try await token(text)
        store.rows.put(token.hash, key)
        store.rows.hold()
        async let slow = sessions.find(token)
        while store.rows.waiting == 0 { await Task.yield() }
        try await sessions.signOut(token)
        store.rows.letGo()
        _ = try await slow
        #expect(try await sessions.find(token) == .unknown)
        #expect(store.ended == [token.hash])
    }

    @Test func `A session that the store could not end goes on`() async throws {
        let (text, key) = try makeKey([.read])
        let token = try await token(text)
        store.rows.put(token.hash, key)
        store.fail(.unavailable(cause: "away"))
        await #expect(throws: ServiceFailure.unavailable(cause: "away")) { try await sessions.signOut(token) }
        #expect(try await sessions.find(token) == .active(key))
    }

    @Test func `Only the session's own proof proves it`() throws {
        var random = SystemRandomNumberGenerator()
        let token = SessionToken(using: &random)
        let other = SessionToken(using: &random)
        #expect(token.isProved(by: token.proof))
        for text in [other.proof, token.text, "", token.proof + "0", String(token.proof.dropLast())] {
            #expect(!token.isProved(by: text))
        }
        #expect(SessionToken(token.text)?.hash == token.hash)
        for text in ["", token.text + "0", token.text.uppercased() + "", "g" + token.text.dropFirst()] {
            #expect(SessionToken(text) == nil || text == token.text, "\(text)")
        }
    }
}
