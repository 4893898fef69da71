import Domain
import RedisClient
import RedisTesting
import Testing
import UseCases

@testable import Locking

/// Where the conformance suite runs: stores that share their leases like the processes of one system.
enum LeaseFixture: String, CaseIterable, Sendable {
    case redis
    case inProcess

    func with(_ count: Int, _ body: ([any LeaseStore]) async throws -> Void) async throws {
        switch self {
        case .inProcess:
            let table = LeaseTable()
            try await body((0..<count).map { _ in InProcessLeaseStore(sharing: table) })
        case .redis:
            let server = try RedisServer()
            try await Self.with(count, on: server, stores: []) { try await body($0) }
        }
    }

    private static func with(
        _ count: Int, on server: RedisServer, stores: [any LeaseStore], _ body: ([any LeaseStore]) async throws -> Void
    ) async throws {
        guard stores.count < count else { return try await body(stores) }
        try await withLeases(on: server) { _, store in
            try await with(count, on: server, stores: stores + [store], body)
        }
    }
}

/// Runs `body` with a connected store. The answer limit is long where it is not what the test is about. The lease is longer than any test, so that nothing is free by its running out.
func withLeases(
    on server: RedisServer, lease: Duration = .seconds(600), answerLimit: Duration = .seconds(20),
    _ body: (RedisProcess, RedisLeaseStore) async throws -> Void
) async throws {
    try await withRedis(
        server, prepare: { RedisLeaseStore(client: $0.client, lease: lease, limit: answerLimit) },
        { process, store in try await body(process, store) })
}

/// A record's key by a small number.
func record(_ number: Int) -> LeaseKey {
    .record(InventoryID(high: 0x0190_0000_0000_7000, low: UInt64(number)))
}

/// The key, by small numbers, of a record that does not exist yet.
func notYetCreated(_ number: Int) -> LeaseKey {
    .notYetCreated(
        RecordKey(
            product: ProductID(high: 1, low: UInt64(number)), warehouse: WarehouseID(high: 2, low: UInt64(number))))
}

/// The answer of a store that could be reached.
struct Granted {
    let groups: [Bool]
    let token: LeaseToken
    let contended: Set<LeaseKey>
}

extension LeaseStore {
    /// Asks until the store can be reached: a machine that builds meanwhile may keep Redis beyond the limit.
    func take(_ groups: [[LeaseKey]]) async throws -> Granted {
        var granted: Granted?
        try await eventually("the lease store answers") {
            if case .answered(let groups, let token, let contended) = await acquire(groups) {
                granted = Granted(groups: groups, token: token, contended: contended)
            }
            return granted != nil
        }
        return try #require(granted)
    }

    /// Gives back and waits until that is done: what one store asks is done in order.
    func giveBack(_ keys: [LeaseKey], token: LeaseToken) async throws {
        await release(keys, token: token)
        _ = try await take([[notYetCreated(.random(in: 1_000...Int.max))]])
    }
}
