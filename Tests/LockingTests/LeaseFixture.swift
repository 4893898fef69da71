import Domain
import RedisClient
import RedisTesting
import Testing
import UseCases

@testable import Locking

/// The implementations under the conformance suite: stores that share their leases like the processes of one system.
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

/// Runs `body` with a connected store.
/// - Parameters:
///   - lease: longer than any test, so that no lease expires unless the test is about it.
///   - answerLimit: long unless the test is about it.
func withLeases(
    on server: RedisServer, lease: Duration = .seconds(600), answerLimit: Duration = .seconds(20),
    _ body: (RedisProcess, RedisLeaseStore) async throws -> Void
) async throws {
    try await withRedis(
        server, prepare: { RedisLeaseStore(client: $0.client, lease: lease, limit: answerLimit) },
        { process, store in try await body(process, store) })
}

/// The key of record number `number`.
func record(_ number: Int) -> LeaseKey {
    .record(InventoryID(high: 0x0190_0000_0000_7000, low: UInt64(number)))
}

/// The key of a record, number `number`, that does not exist yet.
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
    /// Tries until the store answers: a busy machine may delay Redis beyond the limit.
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

    /// Releases, and waits until that is done: the calls of one store run in order.
    func releaseAndWait(_ keys: [LeaseKey], token: LeaseToken) async throws {
        await release(keys, token: token)
        _ = try await take([[notYetCreated(.random(in: 1_000...Int.max))]])
    }
}
