package import Domain
package import PostgresClient
import Reactor
import Synchronization
package import UseCases

/// The directory on PostgreSQL, with a memory: a checkout that names known records costs no query.
package final class PostgresRecordDirectory: RecordDirectory {
    private let reader: DirectoryReader
    private let records: CoalescedLookup<InventoryID>
    private let products: CoalescedLookup<SKU>
    private let reactor: Reactor

    /// Entries that one kind of name may have in memory, over two generations: some 150 bytes each, so that a catalogue of
    /// a million still fits into one, and a boundless one cannot fill the memory.
    package static let standardLimit = 2_000_000

    /// - Parameter limit: entries that one kind of name may have in memory.
    package init(client: PostgresClient, limit: Int = standardLimit) {
        let reader = DirectoryReader(client: client, limit: limit)
        self.reader = reader
        reactor = client.reactor
        records = CoalescedLookup { ids throws(ServiceFailure) in try await reader.learnRecords(ids) }
        products = CoalescedLookup { skus throws(ServiceFailure) in try await reader.learnProducts(skus: skus) }
    }

    package func resolve(_ names: [RecordName]) async throws(ServiceFailure) -> [RecordResolution] {
        let (known, missing) = reader.memory.withLock { memory in
            let known = names.map { memory.reference($0) }
            return (known, zip(names, known).filter { $0.1 == nil }.map(\.0))
        }
        guard !missing.isEmpty else { return known.compactMap { $0.map(RecordResolution.found) } }
        try await learn(missing)
        return reader.memory.withLock { memory in
            names.map { name in
                memory.reference(name).map(RecordResolution.found) ?? .unknown(memory.absence(of: name))
            }
        }
    }

    package func known(_ names: [RecordName]) -> [RecordReference]? {
        reader.memory.withLock { memory in
            var known: [RecordReference] = []
            known.reserveCapacity(names.count)
            for name in names {
                guard let reference = memory.reference(name) else { return nil }
                known.append(reference)
            }
            return known
        }
    }

    package func reference(of id: InventoryID) async throws(ServiceFailure) -> RecordReference? {
        if let known = reader.memory.withLock({ $0.reference(.inventory(id)) }) { return known }
        try await records.learn([id])
        return reader.memory.withLock { $0.reference(.inventory(id)) }
    }

    package func products(_ skus: [SKU]) async throws(ServiceFailure) -> [SKU: ProductID] {
        let missing = reader.memory.withLock { memory in skus.filter { memory.productsBySKU[$0] == nil } }
        if !missing.isEmpty { try await products.learn(missing) }
        return reader.memory.withLock { memory in
            var found: [SKU: ProductID] = [:]
            for sku in skus { found[sku] = memory.productsBySKU[sku] }
            return found
        }
    }

    package func knownProducts(_ skus: [SKU]) -> [ProductID]? {
        reader.memory.withLock { memory in
            var known: [ProductID] = []
            known.reserveCapacity(skus.count)
            for sku in skus {
                guard let product = memory.productsBySKU[sku] else { return nil }
                known.append(product)
            }
            return known
        }
    }

    /// Reads the records into the memory before anybody asks for them, a page after the other, until it is full: who sells
    /// from a large catalogue would else ask the database about nearly every record after each start.
    ///
    /// It takes a quarter of a database process at most, and begins where it was again when the database is back.
    /// - Returns: how many it has read; when the task is cancelled, so far.
    package func readAhead() async -> Int {
        var last: InventoryID?
        var count = 0
        while !Task.isCancelled, !reader.memory.withLock(\.inventory.isFull) {
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

    /// Records a page: some two milliseconds of the database, and a fraction of one under the memory's lock.
    private static let pageLength = 500
    /// How many times as long as it took to read a page it pauses.
    private static let pauseFactor = 3
    private static let pauseAfterFailure = Duration.seconds(2)

    // MARK: For the engine

    /// The ids of those records that are known to exist.
    package func knownIDs(_ keys: [RecordKey]) -> [RecordKey: InventoryID] {
        reader.memory.withLock { memory in
            var ids: [RecordKey: InventoryID] = [:]
            for key in keys { ids[key] = memory.inventory[key] }
            return ids
        }
    }

    package func knownID(_ key: RecordKey) -> InventoryID? {
        reader.memory.withLock { $0.inventory[key] }
    }

    package func hasIDs(_ records: [RecordReference]) -> Bool {
        reader.memory.withLock { memory in records.allSatisfy { memory.inventory[$0.key] != nil } }
    }

    /// Where these records are; nil unless all are known.
    package func knownReferences(of ids: [InventoryID]) -> [RecordReference]? {
        reader.memory.withLock { memory in
            var known: [RecordReference] = []
            for id in ids {
                guard let reference = memory.reference(of: id) else { return nil }
                known.append(reference)
            }
            return known
        }
    }

    package func learn(_ id: InventoryID, _ reference: RecordReference) {
        reader.memory.withLock { $0.learn(id, reference) }
    }

    /// Forgets records that turned out not to exist: the database has gone back in time.
    package func forget(_ records: [(id: InventoryID, key: RecordKey)]) {
        reader.memory.withLock { memory in
            for record in records { memory.forget(record.id, record.key) }
        }
    }

    /// Looks up the ids of records by key; those that do not exist stay unknown.
    package func locate(_ records: [RecordReference]) async throws(ServiceFailure) {
        let missing = reader.memory.withLock { memory in records.filter { memory.inventory[$0.key] == nil } }
        guard !missing.isEmpty else { return }
        try await reader.locate(missing)
    }

    /// Where these records are; unknown ones are missing.
    package func references(of ids: [InventoryID]) async throws(ServiceFailure) -> [InventoryID: RecordReference] {
        let missing = reader.memory.withLock { memory in ids.filter { memory.reference(of: $0) == nil } }
        if !missing.isEmpty { try await records.learn(missing) }
        return reader.memory.withLock { memory in
            var found: [InventoryID: RecordReference] = [:]
            for id in ids { found[id] = memory.reference(of: id) }
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
