public import Domain
public import PostgresClient
import Synchronization
public import UseCases

/// The directory on PostgreSQL, with a memory: a checkout that names known records costs no query.
public final class PostgresRecordDirectory: RecordDirectory {
    private let client: PostgresClient
    private let memory: Mutex<DirectoryMemory>

    /// Entries that one kind of name may have in memory: some 200 bytes each, so that a large catalogue still fits and a
    /// boundless one cannot fill the memory.
    public static let standardLimit = 500_000

    /// - Parameter limit: entries that one kind of name may have in memory.
    public init(client: PostgresClient, limit: Int = standardLimit) {
        self.client = client
        memory = Mutex(DirectoryMemory(limit: limit))
    }

    public func resolve(_ names: [RecordName]) async throws(ServiceFailure) -> [RecordResolution] {
        let (known, missing) = memory.withLock { memory in
            let known = names.map { memory.reference($0) }
            return (known, zip(names, known).filter { $0.1 == nil }.map(\.0))
        }
        guard !missing.isEmpty else { return known.compactMap { $0.map(RecordResolution.found) } }
        try await learn(missing)
        return memory.withLock { memory in
            names.map { name in
                memory.reference(name).map(RecordResolution.found) ?? .unknown(memory.absence(of: name))
            }
        }
    }

    public func known(_ names: [RecordName]) -> [RecordReference]? {
        memory.withLock { memory in
            var known: [RecordReference] = []
            known.reserveCapacity(names.count)
            for name in names {
                guard let reference = memory.reference(name) else { return nil }
                known.append(reference)
            }
            return known
        }
    }

    public func reference(of id: InventoryID) async throws(ServiceFailure) -> RecordReference? {
        if let known = memory.withLock({ $0.reference(.inventory(id)) }) { return known }
        try await learnRecords([id])
        return memory.withLock { $0.reference(.inventory(id)) }
    }

    public func products(_ skus: [SKU]) async throws(ServiceFailure) -> [SKU: ProductID] {
        let missing = memory.withLock { memory in skus.filter { memory.productsBySKU[$0] == nil } }
        if !missing.isEmpty { try await learnProducts(skus: missing) }
        return memory.withLock { memory in
            var found: [SKU: ProductID] = [:]
            for sku in skus { found[sku] = memory.productsBySKU[sku] }
            return found
        }
    }

    public func knownProducts(_ skus: [SKU]) -> [ProductID]? {
        memory.withLock { memory in
            var known: [ProductID] = []
            known.reserveCapacity(skus.count)
            for sku in skus {
                guard let product = memory.productsBySKU[sku] else { return nil }
                known.append(product)
            }
            return known
        }
    }

    // MARK: For the engine

    /// The ids of those records that are known to exist.
    func knownIDs(_ keys: some Sequence<RecordKey>) -> [RecordKey: InventoryID] {
        memory.withLock { memory in
            var ids: [RecordKey: InventoryID] = [:]
            for key in keys { ids[key] = memory.inventory[key] }
            return ids
        }
    }

    func knownID(_ key: RecordKey) -> InventoryID? {
        memory.withLock { $0.inventory[key] }
    }

    func hasIDs(_ records: [RecordReference]) -> Bool {
        memory.withLock { memory in records.allSatisfy { memory.inventory[$0.key] != nil } }
    }

    /// Where these records are; nil unless all are known.
    func knownReferences(of ids: [InventoryID]) -> [RecordReference]? {
        memory.withLock { memory in
            var known: [RecordReference] = []
            for id in ids {
                guard let reference = memory.references[id] else { return nil }
                known.append(reference)
            }
            return known
        }
    }

    func learn(_ id: InventoryID, _ reference: RecordReference) {
        memory.withLock { $0.learn(id, reference) }
    }

    /// Forgets records that turned out not to exist: the database has gone back in time.
    func forget(_ records: [(id: InventoryID, key: RecordKey)]) {
        memory.withLock { memory in
            for record in records { memory.forget(record.id, record.key) }
        }
    }

    /// Looks up the ids of records by key; those that do not exist stay unknown.
    func locate(_ records: [RecordReference]) async throws(ServiceFailure) {
        let missing = memory.withLock { memory in records.filter { memory.inventory[$0.key] == nil } }
        guard !missing.isEmpty else { return }
        let query = PostgresQuery(Self.recordsByKey) { parameters in
            parameters.appendArray(missing.map(\.key.product))
            parameters.appendArray(missing.map(\.key.warehouse))
        }
        let references = Dictionary(missing.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        try await read(query) { (row: inout PostgresRow, memory: inout DirectoryMemory) throws(PostgresError) in
            let id: InventoryID = try row.next()
            let key = RecordKey(product: try row.next(), warehouse: try row.next())
            if let reference = references[key] { memory.learn(id, reference) }
        }
    }

    /// Where these records are; unknown ones are missing.
    func references(of ids: [InventoryID]) async throws(ServiceFailure) -> [InventoryID: RecordReference] {
        let missing = memory.withLock { memory in ids.filter { memory.references[$0] == nil } }
        if !missing.isEmpty { try await learnRecords(missing) }
        return memory.withLock { memory in
            var found: [InventoryID: RecordReference] = [:]
            for id in ids { found[id] = memory.references[id] }
            return found
        }
    }

    // MARK: Reading

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
        if !ids.isEmpty { try await learnRecords(ids) }
        if !skus.isEmpty { try await learnProducts(skus: Array(skus)) }
        if !products.isEmpty {
            try await learnProducts(
                PostgresQuery(Self.productsByID) { $0.appendArray(Array(products)) })
        }
        if !codes.isEmpty {
            try await learnWarehouses(
                PostgresQuery(Self.warehousesByCode) { $0.appendArray(codes.map(\.description)) })
        }
        if !warehouses.isEmpty {
            try await learnWarehouses(
                PostgresQuery(Self.warehousesByID) { $0.appendArray(Array(warehouses)) })
        }
    }

    private func learnProducts(skus: [SKU]) async throws(ServiceFailure) {
        try await learnProducts(PostgresQuery(Self.productsBySKU) { $0.appendArray(skus.map(\.description)) })
    }

    private func learnProducts(_ query: PostgresQuery) async throws(ServiceFailure) {
        try await read(query) { (row: inout PostgresRow, memory: inout DirectoryMemory) throws(PostgresError) in
            let id: ProductID = try row.next()
            memory.learn(try row.nextSKU(), id)
        }
    }

    private func learnWarehouses(_ query: PostgresQuery) async throws(ServiceFailure) {
        try await read(query) { (row: inout PostgresRow, memory: inout DirectoryMemory) throws(PostgresError) in
            let id: WarehouseID = try row.next()
            memory.learn(try row.nextWarehouseCode(), id)
        }
    }

    private func learnRecords(_ ids: [InventoryID]) async throws(ServiceFailure) {
        let query = PostgresQuery(Self.recordsByID) { $0.appendArray(ids) }
        try await read(query) { (row: inout PostgresRow, memory: inout DirectoryMemory) throws(PostgresError) in
            let id: InventoryID = try row.next()
            let key = RecordKey(product: try row.next(), warehouse: try row.next())
            let sku = try row.nextSKU()
            let code = try row.nextWarehouseCode()
            memory.learn(sku, key.product)
            memory.learn(code, key.warehouse)
            memory.learn(id, RecordReference(key: key, sku: sku, warehouseCode: code))
        }
    }

    private func read(
        _ query: PostgresQuery,
        _ learn: (inout PostgresRow, inout DirectoryMemory) throws(PostgresError) -> Void
    ) async throws(ServiceFailure) {
        do throws(PostgresError) {
            let result = try await client.query(query)
            try memory.withLock { memory throws(PostgresError) in
                for index in 0..<result.rowCount {
                    var row = result.row(index)
                    try learn(&row, &memory)
                }
            }
        } catch {
            throw ServiceFailure(error)
        }
    }

    private static let productsBySKU = PostgresStatement("SELECT id, sku FROM products WHERE sku = ANY($1)")
    private static let productsByID = PostgresStatement("SELECT id, sku FROM products WHERE id = ANY($1)")
    private static let warehousesByCode = PostgresStatement("SELECT id, code FROM warehouses WHERE code = ANY($1)")
    private static let warehousesByID = PostgresStatement("SELECT id, code FROM warehouses WHERE id = ANY($1)")
    private static let recordsByID = PostgresStatement(
        """
        SELECT i.id, i.product_id, i.warehouse_id, p.sku, w.code
        FROM inventory i JOIN products p ON p.id = i.product_id JOIN warehouses w ON w.id = i.warehouse_id
        WHERE i.id = ANY($1)
        """)
    private static let recordsByKey = PostgresStatement(
        """
        SELECT i.id, i.product_id, i.warehouse_id
        FROM unnest($1::uuid[], $2::uuid[]) AS wanted(product_id, warehouse_id)
        JOIN inventory i USING (product_id, warehouse_id)
        """)
}
