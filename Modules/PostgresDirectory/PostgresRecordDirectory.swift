package import Domain
package import PostgresClient
import Reactor
import Synchronization
package import UseCases

/// The record directory on PostgreSQL, with a cache: a checkout of cached records costs no query.
package final class PostgresRecordDirectory: RecordDirectory {
    private let reader: DirectoryReader
    private let records: CoalescedLookup<InventoryID>
    private let products: CoalescedLookup<SKU>
    private let reactor: Reactor

    /// The most cache entries per kind of name, over two generations, some 150 bytes each. A catalogue of a million fits
    /// into one generation, and a larger one cannot exhaust the memory.
    package static let standardLimit = 2_000_000

    /// - Parameter limit: the most cache entries per kind of name.
    package init(client: PostgresClient, limit: Int = standardLimit) {
        let reader = DirectoryReader(client: client, limit: limit)
        self.reader = reader
        reactor = client.reactor
        records = CoalescedLookup { ids throws(ServiceFailure) in try await reader.learnRecords(ids) }
        products = CoalescedLookup { skus throws(ServiceFailure) in try await reader.learnProducts(skus: skus) }
    }

    package func resolve(_ names: [RecordName]) async throws(ServiceFailure) -> [RecordResolution] {
        let (known, missing) = reader.cache.withLock { cache in
            let known = names.map { cache.reference($0) }
            return (known, zip(names, known).filter { $0.1 == nil }.map(\.0))
        }
        guard !missing.isEmpty else { return known.compactMap { $0.map(RecordResolution.found) } }
        try await learn(missing)
        return reader.cache.withLock { cache in
            names.map { name in
                cache.reference(name).map(RecordResolution.found) ?? .unknown(cache.absence(of: name))
            }
        }
    }

    package func known(_ names: [RecordName]) -> [RecordReference]? {
        reader.cache.withLock { cache in
            var known: [RecordReference] = []
            known.reserveCapacity(names.count)
            for name in names {
                guard let reference = cache.reference(name) else { return nil }
                known.append(reference)
            }
            return known
        }
    }

    package func reference(of id: InventoryID) async throws(ServiceFailure) -> RecordReference? {
        if let known = reader.cache.withLock({ $0.reference(.inventory(id)) }) { return known }
        try await records.learn([id])
        return reader.cache.withLock { $0.reference(.inventory(id)) }
    }

    package func products(_ skus: [SKU]) async throws(ServiceFailure) -> [SKU: ProductID] {
        let missing = reader.cache.withLock { cache in skus.filter { cache.productsBySKU[$0] == nil } }
        if !missing.isEmpty { try await products.learn(missing) }
        return reader.cache.withLock { cache in
            var found: [SKU: ProductID] = [:]
            for sku in skus { found[sku] = cache.productsBySKU[sku] }
            return found
        }
    }

    package func knownProducts(_ skus: [SKU]) -> [ProductID]? {
        reader.cache.withLock { cache in
            var known: [ProductID] = []
            known.reserveCapacity(skus.count)
            for sku in skus {
                guard let product = cache.productsBySKU[sku] else { return nil }
                known.append(product)
            }
            return known
        }
    }

    /// Warms the cache: reads all records, page by page, until it is full. Without it, nearly every request for a large
    /// catalogue would need a query after a start.
    ///
    /// It uses at most a quarter of one database session's time. After an outage it continues where it stopped.
    /// - Returns: the number of records read, also when the task was cancelled.
    package func readAhead() async -> Int {
        var last: InventoryID?
        var count = 0
        while !Task.isCancelled, !reader.cache.withLock(\.inventory.isFull) {
            let started = ContinuousClock.now
            var pause = Self.pauseAfterFailure
            if let page = try? await reader.learnRecords(after: last, limit: Self.pageLength) {
                count += page.count
                guard page.count == Self.pageLength else { break }
                last = page.last
                pause = (ContinuousClock.now - started) * Self.pauseFactor
            }
            await reactor.sleep(for: pause)
        }
        return count
    }

    /// Records per page: some two milliseconds of the database, and a fraction of one under the cache's lock.
    private static let pageLength = 500
    /// The length of the pause after a page, as a multiple of the time that the page took.
    private static let pauseFactor = 3
    private static let pauseAfterFailure = Duration.seconds(2)

    // MARK: For the write path

    /// The cached ids of these records.
    package func knownIDs(_ keys: [RecordKey]) -> [RecordKey: InventoryID] {
        reader.cache.withLock { cache in
            var ids: [RecordKey: InventoryID] = [:]
            for key in keys { ids[key] = cache.inventory[key] }
            return ids
        }
    }

    package func knownID(_ key: RecordKey) -> InventoryID? {
        reader.cache.withLock { $0.inventory[key] }
    }

    package func hasIDs(_ records: [RecordReference]) -> Bool {
        reader.cache.withLock { cache in records.allSatisfy { cache.inventory[$0.key] != nil } }
    }

    /// The cached references of these records; nil unless all are cached.
    package func knownReferences(of ids: [InventoryID]) -> [RecordReference]? {
        reader.cache.withLock { cache in
            var known: [RecordReference] = []
            for id in ids {
                guard let reference = cache.reference(of: id) else { return nil }
                known.append(reference)
            }
            return known
        }
    }

    package func learn(_ id: InventoryID, _ reference: RecordReference) {
        reader.cache.withLock { $0.learn(id, reference) }
    }

    /// Removes cached records that do not exist: the database lost commits in a failover.
    package func forget(_ records: [(id: InventoryID, key: RecordKey)]) {
        reader.cache.withLock { cache in
            for record in records { cache.forget(record.id, record.key) }
        }
    }

    /// Looks up the ids of records by key; records that do not exist stay unknown.
    package func locate(_ records: [RecordReference]) async throws(ServiceFailure) {
        let missing = reader.cache.withLock { cache in records.filter { cache.inventory[$0.key] == nil } }
        guard !missing.isEmpty else { return }
        try await reader.locate(missing)
    }

    /// The references of these records, without those that do not exist.
    package func references(of ids: [InventoryID]) async throws(ServiceFailure) -> [InventoryID: RecordReference] {
        let missing = reader.cache.withLock { cache in ids.filter { cache.reference(of: $0) == nil } }
        if !missing.isEmpty { try await records.learn(missing) }
        return reader.cache.withLock { cache in
            var found: [InventoryID: RecordReference] = [:]
            for id in ids { found[id] = cache.reference(of: id) }
            return found
        }
    }

    private func learn(_ names: [RecordName]) async throws(ServiceFailure) {
        var ids: [InventoryID] = []
        var products: Set<ProductID> = []
        var warehouses: Set<WarehouseID> = []
        var skus: Set<SKU> = []
        var codes: Set<WarehouseCode> = []
        for name in names {
            switch name {
            case .inventory(let id): ids.append(id)
            case .identifiers(let product, let warehouse):
                products.insert(product)
                warehouses.insert(warehouse)
            case .codes(let sku, let code):
                skus.insert(sku)
                codes.insert(code)
            }
        }
        if !ids.isEmpty { try await records.learn(ids) }
        if !skus.isEmpty { try await self.products.learn(Array(skus)) }
        if !products.isEmpty {
            try await reader.learnProducts(Array(products))
        }
        if !codes.isEmpty {
            try await reader.learnWarehouses(codes: Array(codes))
        }
        if !warehouses.isEmpty {
            try await reader.learnWarehouses(Array(warehouses))
        }
    }
}
