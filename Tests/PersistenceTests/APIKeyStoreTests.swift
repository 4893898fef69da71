import Domain
import PostgresClient
import PostgresStores
import TestSupport
import Testing
import UseCases

/// API keys on PostgreSQL.
@Suite(.serialized)
struct APIKeyStoreTests {
    private func hash(_ byte: UInt8) throws -> APIKeyHash {
        try #require(APIKeyHash(Array(repeating: byte, count: 32)))
    }

    private func name(_ text: String) throws -> APIKeyName { try #require(APIKeyName(text)) }

    private static func with(_ body: (PostgresAPIKeyStore, PostgresClient) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            let client = PostgresClient(
                configuration: database.configuration, reactor: TestDatabase.reactor, sharedConnections: 1,
                maximumConnections: 1)
            try await body(PostgresAPIKeyStore(client: client), client)
            await client.shutdown()
        }
    }

    @Test("a key is found only by its hash, with the fields it was created with")
    func find() async throws {
        try await Self.with { store, _ in
            let made = try await store.create(
                name("Größe 🛒"), hash: hash(1), scopes: [.read, .stockWrite], seconds: 90)
            #expect(made.scopes == [.read, .stockWrite] && made.revokedAt == nil)
            #expect(made.expiresAt == made.createdAt.adding(seconds: 90))
            let reading = try #require(try await store.find(hash(1)))
            #expect(try reading.key == made && reading.hash == hash(1))
            #expect(reading.readAt >= made.createdAt && reading.readAt < made.createdAt.adding(seconds: 60))
            #expect(try await store.find(hash(2)) == nil)
        }
    }

    @Test("a key without a lifetime does not expire")
    func endless() async throws {
        try await Self.with { store, _ in
            let made = try await store.create(name("a"), hash: hash(1), scopes: [.admin], seconds: nil)
            #expect(made.expiresAt == nil)
        }
    }

    @Test("a name is used only once, even after its key was revoked")
    func names() async throws {
        try await Self.with { store, _ in
            let shop = try name("shop")
            _ = try await store.create(shop, hash: hash(1), scopes: [.read], seconds: nil)
            func again(_ byte: UInt8) async throws {
                await #expect {
                    try await store.create(shop, hash: hash(byte), scopes: [.admin], seconds: nil)
                } throws: { error in
                    guard case ServiceFailure.alreadyExists(let words) = error else { return false }
                    return words.contains("shop")
                }
            }
            try await again(2)
            _ = try await store.revoke(shop)
            try await again(3)
            #expect(try await store.find(hash(2)) == nil)
            // Names are case-sensitive.
            _ = try await store.create(name("Shop"), hash: hash(4), scopes: [.read], seconds: nil)
        }
    }

    @Test("a revoked key is found with its revocation, and revoking it again changes nothing")
    func revoke() async throws {
        try await Self.with { store, _ in
            let shop = try name("shop")
            _ = try await store.create(shop, hash: hash(1), scopes: [.read], seconds: nil)
            let revoked = try await store.revoke(shop)
            #expect(revoked.revokedAt != nil)
            #expect(try await store.revoke(shop) == revoked)
            let reading = try #require(try await store.find(hash(1)))
            #expect(reading.key.state(at: reading.readAt) == .revoked)
            await #expect(throws: ServiceFailure.notFound("No key has this name: unknown")) {
                try await store.revoke(name("unknown"))
            }
        }
    }

    @Test("the list has every key by name, with its state by the database's clock")
    func list() async throws {
        try await Self.with { store, client in
            for (index, text) in ["c", "a", "b"].enumerated() {
                _ = try await store.create(name(text), hash: hash(UInt8(index)), scopes: [.read], seconds: 60)
            }
            _ = try await store.revoke(name("a"))
            try await client.withConnection { connection in
                try await connection.script(
                    """
                    UPDATE api_keys SET created_at = '2020-01-01Z', expires_at = '2020-01-02Z' WHERE name = 'b';
                    UPDATE api_keys SET scopes = '{read,scope:of:tomorrow}' WHERE name = 'c'
                    """, timeout: .seconds(5))
            }
            let keys = try await store.list()
            #expect(keys.map(\.key.name.description) == ["a", "b", "c"])
            #expect(keys.map(\.state) == [.revoked, .expired, .active])
            #expect(keys[2].key.scopes == [.read])
        }
    }

    @Test("a store that cannot be reached fails as unavailable")
    func outage() async throws {
        let client = PostgresClient(
            configuration: PostgresConfiguration(
                conninfo: "postgresql:///nothing?host=/nowhere", applicationName: "inventory tests"),
            reactor: TestDatabase.reactor, sharedConnections: 1, maximumConnections: 1)
        await #expect {
            try await PostgresAPIKeyStore(client: client).find(hash(1))
        } throws: { error in
            guard case ServiceFailure.unavailable = error else { return false }
            return true
        }
        await client.shutdown()
    }
}
