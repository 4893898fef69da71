public import Domain

/// Reads of stock, through the cache where api.md says so.
public struct StockReader: Sendable {
    private let directory: any RecordDirectory
    private let queries: any StockQueries
    private let cache: any StockCache

    public init(directory: any RecordDirectory, queries: any StockQueries, cache: any StockCache) {
        self.directory = directory
        self.queries = queries
        self.cache = cache
    }

    /// One record, from the cache when it is there.
    /// - Throws: `.notFound` when there is none.
    public func record(_ id: InventoryID) async throws(ServiceFailure) -> InventoryRecord {
        guard let reference = try await directory.reference(of: id) else { throw Self.unknown(id) }
        if let cached = await cache.records([reference.key])[reference.key] { return cached }
        return try await load(id)
    }

    /// One record from the database, which the cache did not have.
    /// - Throws: `.notFound` when there is none.
    public func load(_ id: InventoryID) async throws(ServiceFailure) -> InventoryRecord {
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
    /// - Throws: `.notFound` when there is no such record.
    public func transactions(
        of id: InventoryID, _ filter: LedgerFilter, page: PageRequest
    ) async throws(ServiceFailure) -> Page<LedgerEntry> {
        guard try await directory.reference(of: id) != nil else { throw Self.unknown(id) }
        return try await queries.transactions(of: id, filter, page: page)
    }

    /// The record's figures at an instant, from the ledger.
    /// - Throws: `.notFound` when there is no such record.
    public func state(of id: InventoryID, at instant: Instant) async throws(ServiceFailure) -> StockState {
        guard try await directory.reference(of: id) != nil else { throw Self.unknown(id) }
        return try await queries.state(of: id, at: instant)
    }

    /// What of each SKU can be sold, in the order asked; nil for an unknown SKU.
    /// - Parameter skus: at most 100.
    public func availability(_ skus: [SKU]) async throws(ServiceFailure) -> [ProductAvailability?] {
        let products = try await directory.products(skus)
        var found = await cache.availability(Array(Set(products.values)))
        let missing = Set(products.values).filter { found[$0] == nil }
        found.merge(try await load(Array(missing))) { _, loaded in loaded }
        return skus.map { sku in products[sku].flatMap { found[$0] } }
    }

    /// Availability from the database, which the cache did not have.
    public func load(_ products: [ProductID]) async throws(ServiceFailure) -> [ProductID: ProductAvailability] {
        guard !products.isEmpty else { return [:] }
        let read = try await queries.availability(products)
        await cache.fill(read)
        return Dictionary(read.map { ($0.product, $0) }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: For those who cannot wait

    /// What to ask the cache for a record; nil when it takes a wait to know, or the cache cannot be asked.
    public func question(_ id: InventoryID) -> CacheQuestion? {
        guard cache.isReachable, let reference = directory.known([.inventory(id)])?.first else { return nil }
        return .record(reference.key)
    }

    /// The same for the availability of each SKU, in the order asked.
    public func question(_ skus: [SKU]) -> CacheQuestion? {
        guard cache.isReachable, let products = directory.knownProducts(skus) else { return nil }
        return .availability(products)
    }

    /// Asks the cache: see `StockCache.ask`.
    public func ask(_ questions: CacheQuestions, then: @escaping @Sendable (any CacheAnswers) -> Void) {
        cache.ask(questions, then: then)
    }

    private static func unknown(_ id: InventoryID) -> ServiceFailure {
        .notFound("Unknown inventory record: \(id)")
    }
}
