public import Domain

/// Reads stock: single records and availability through the cache, everything else from the database.
public struct StockReader: Sendable {
    private let directory: any RecordDirectory
    private let queries: any StockQueries
    private let cache: any StockCache

    public init(directory: any RecordDirectory, queries: any StockQueries, cache: any StockCache) {
        self.directory = directory
        self.queries = queries
        self.cache = cache
    }

    /// One record.
    /// - Returns: a read that throws `.notFound` if the record does not exist.
    public func record(_ id: InventoryID) -> CachedRead<InventoryRecord> {
        let known = cache.isReachable ? directory.known([.inventory(id)])?.first : nil
        return CachedRead(question: known.map { .record($0.key) }, of: cache) { answers, question in
            answers.record(question).map { .found($0) }
                ?? .missing { () async throws(ServiceFailure) in try await load(id) }
        } read: { () async throws(ServiceFailure) in
            guard let reference = try await directory.reference(of: id) else { throw Self.unknown(id) }
            if let cached = await cache.records([reference.key])[reference.key] { return cached }
            return try await load(id)
        }
    }

    /// Loads one record from the database and offers it to the cache.
    private func load(_ id: InventoryID) async throws(ServiceFailure) -> InventoryRecord {
        guard let record = try await queries.record(id) else { throw Self.unknown(id) }
        await cache.fill([record])
        return record
    }

    public func records(
        _ filter: RecordFilter, page: PageRequest
    ) async throws(ServiceFailure) -> Page<InventoryRecord> {
        try await queries.records(filter, page: page)
    }

    public func lowStock(
        warehouse: WarehouseCode?, page: PageRequest
    ) async throws(ServiceFailure) -> Page<LowStockLine> {
        try await queries.lowStock(warehouse: warehouse, page: page)
    }

    /// The record's ledger, newest first.
    /// - Throws: `.notFound` if the record does not exist.
    public func transactions(
        of id: InventoryID, _ filter: LedgerFilter, page: PageRequest
    ) async throws(ServiceFailure) -> Page<LedgerEntry> {
        guard try await directory.reference(of: id) != nil else { throw Self.unknown(id) }
        return try await queries.transactions(of: id, filter, page: page)
    }

    /// The record's figures at an instant, from the ledger.
    /// - Throws: `.notFound` if the record does not exist.
    public func state(of id: InventoryID, at instant: Instant) async throws(ServiceFailure) -> StockState {
        guard try await directory.reference(of: id) != nil else { throw Self.unknown(id) }
        return try await queries.state(of: id, at: instant)
    }

    /// The availability of each SKU, in the same order; nil for an unknown SKU.
    /// - Parameter skus: at most 100.
    public func availability(_ skus: [SKU]) -> CachedRead<[(any AvailabilityLines)?]> {
        let products = cache.isReachable ? directory.knownProducts(skus) : nil
        return CachedRead(question: products.map { .availability($0) }, of: cache) { answers, question in
            let found = answers.availability(question)
            let products = products ?? []
            let missing = Set(zip(products, found).filter { $0.1 == nil }.map(\.0))
            if missing.isEmpty { return .found(found) }
            return .missing { () async throws(ServiceFailure) in
                let loaded = try await load(Array(missing))
                return zip(products, found).map { $0.1 ?? loaded[$0.0] }
            }
        } read: { () async throws(ServiceFailure) in
            let products = try await directory.products(skus)
            var found = await cache.availability(Array(Set(products.values)))
            let missing = Set(products.values).filter { found[$0] == nil }
            found.merge(try await load(Array(missing))) { _, loaded in loaded }
            return skus.map { sku in products[sku].flatMap { found[$0] } }
        }
    }

    /// Loads availability from the database and offers it to the cache.
    private func load(_ products: [ProductID]) async throws(ServiceFailure) -> [ProductID: ProductAvailability] {
        guard !products.isEmpty else { return [:] }
        let read = try await queries.availability(products)
        await cache.fill(read)
        return Dictionary(read.map { ($0.product, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func unknown(_ id: InventoryID) -> ServiceFailure {
        .notFound("Unknown inventory record: \(id)")
    }
}
