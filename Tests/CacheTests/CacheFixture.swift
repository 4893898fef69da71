import Domain
import RedisClient
import RedisTesting
import Synchronization
import UseCases

@testable import Cache

/// Runs `body` with a connected cache, which stands for one process of the system.
/// - Parameter answerLimit: long unless the test is about it, so that a slow machine changes nothing.
func withCache(
    on server: RedisServer, life: Duration = .seconds(300), maximumDirtyKeys: Int = DirtyKeys.maximumKeys,
    answerLimit: Duration = .seconds(20),
    _ body: (RedisProcess, RedisStockCache) async throws -> Void
) async throws {
    try await withRedis(
        server,
        prepare: {
            RedisStockCache(
                client: $0.client, life: life, maximumDirtyKeys: maximumDirtyKeys,
                limits: .init(answer: answerLimit, settling: .seconds(20)))
        },
        { process, cache in try await body(process, cache) })
}

/// The key of product number `product` in warehouse number `warehouse`.
func key(_ product: Int, _ warehouse: Int = 1) -> RecordKey {
    RecordKey(
        product: ProductID(high: 1, low: UInt64(product)), warehouse: WarehouseID(high: 2, low: UInt64(warehouse)))
}

/// A record whose figures follow from its version, so that a mixed-up record is noticed.
func record(_ product: Int, _ warehouse: Int = 1, version: Int64) -> InventoryRecord {
    guard let sku = SKU("SKU-\(product)"), let code = WarehouseCode("W\(warehouse)") else {
        preconditionFailure("not codes")
    }
    return InventoryRecord(
        id: InventoryID(high: 3, low: UInt64(product * 1_000 + warehouse)),
        reference: RecordReference(key: key(product, warehouse), sku: sku, warehouseCode: code),
        quantityOnHand: version * 10, quantityReserved: version, reorderPoint: version + 1,
        reorderQuantity: version + 2, safetyStock: version + 3, version: version,
        updatedAt: Instant(milliseconds: 1_790_000_000_000 + version))
}

/// The availability of a product, as a reader finds it in the database.
func availability(_ product: Int, _ records: [InventoryRecord]) -> ProductAvailability {
    guard let sku = SKU("SKU-\(product)") else { preconditionFailure("not a SKU") }
    return ProductAvailability(
        product: key(product).product, sku: sku, lines: records.map { AvailabilityEntry.line(of: $0) })
}

extension RedisStockCache {
    /// The served version, nil for a miss.
    func version(_ product: Int, _ warehouse: Int = 1) async -> Int64? {
        await records([key(product, warehouse)])[key(product, warehouse)]?.version
    }

    /// The served versions by warehouse code, nil for a miss.
    func lines(_ product: Int) async -> [String: Int64]? {
        await availability([key(product).product])[key(product).product].map { found in
            Dictionary(uniqueKeysWithValues: found.lines.map { ($0.warehouseCode.description, $0.version) })
        }
    }

    /// Like `version`, through `ask`.
    func askedVersion(_ product: Int, _ warehouse: Int = 1) async -> Int64? {
        await answers([.record(key(product, warehouse))]).record(0)?.version
    }

    /// The available quantities by warehouse code, through `ask`; nil for a miss.
    func askedQuantities(_ product: Int) async -> [String: Int64]? {
        let found = await answers([.availability([key(product).product])]).availability(0)
        return found.first.flatMap { $0 }.map { lines in
            var quantities: [String: Int64] = [:]
            lines.forEachLine { quantities[String(decoding: $0, as: UTF8.self)] = $1 }
            return quantities
        }
    }

    func answers(_ questions: [CacheQuestion]) async -> any CacheAnswers {
        var all = CacheQuestions()
        for question in questions { all.append(question) }
        return await withCheckedContinuation { continuation in
            ask(all) { continuation.resume(returning: $0) }
        }
    }

    var isClean: Bool { dirty.withLock { $0.isClean } }

    /// Publishes until the records have arrived: a busy machine may delay Redis beyond the limit.
    func publishUntilStored(_ records: [InventoryRecord]) async throws {
        try await eventually("published") {
            await publish(records)
            return dirty.withLock { dirty in !records.contains { dirty.contains($0.key) } }
        }
    }
}
