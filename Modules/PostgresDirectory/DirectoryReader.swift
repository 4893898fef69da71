import Domain
import PostgresClient
import PostgresRows
import Synchronization
import UseCases

/// Reads names and ids from the database into the cache.
final class DirectoryReader: Sendable {
    let cache: Mutex<DirectoryCache>
    private let client: PostgresClient

    /// - Parameter limit: the most cache entries per kind of name.
    init(client: PostgresClient, limit: Int) {
        self.client = client
        cache = Mutex(DirectoryCache(limit: limit))
    }

    func learnProducts(skus: [SKU]) async throws(ServiceFailure) {
        try await learnProducts(PostgresQuery(Self.productsBySKU) { $0.appendArray(skus.map(\.description)) })
    }

    func learnProducts(_ ids: [ProductID]) async throws(ServiceFailure) {
        try await learnProducts(PostgresQuery(Self.productsByID) { $0.appendArray(ids) })
    }

    private func learnProducts(_ query: PostgresQuery) async throws(ServiceFailure) {
        try await read(query) { (row: inout PostgresRow, cache: inout DirectoryCache) throws(PostgresError) in
            let id: ProductID = try row.next()
            cache.learn(try row.nextSKU(), id)
        }
    }

    func learnWarehouses(codes: [WarehouseCode]) async throws(ServiceFailure) {
        try await learnWarehouses(PostgresQuery(Self.warehousesByCode) { $0.appendArray(codes.map(\.description)) })
    }

    func learnWarehouses(_ ids: [WarehouseID]) async throws(ServiceFailure) {
        try await learnWarehouses(PostgresQuery(Self.warehousesByID) { $0.appendArray(ids) })
    }

    private func learnWarehouses(_ query: PostgresQuery) async throws(ServiceFailure) {
        try await read(query) { (row: inout PostgresRow, cache: inout DirectoryCache) throws(PostgresError) in
            let id: WarehouseID = try row.next()
            cache.learn(try row.nextWarehouseCode(), id)
        }
    }

    func learnRecords(_ ids: [InventoryID]) async throws(ServiceFailure) {
        _ = try await learnRecords(PostgresQuery(Self.recordsByID) { $0.appendArray(ids) })
    }

    /// Reads a page of all records, in id order.
    /// - Returns: the number of its records, and the last one.
    func learnRecords(
        after last: InventoryID?, limit: Int
    ) async throws(ServiceFailure) -> (count: Int, last: InventoryID?) {
        try await learnRecords(
            PostgresQuery(Self.recordsInOrder) { parameters in
                parameters.append(last ?? InventoryID(high: 0, low: 0))
                parameters.append(Int64(limit))
            })
    }

    private func learnRecords(_ query: PostgresQuery) async throws(ServiceFailure) -> (count: Int, last: InventoryID?) {
        var count = 0
        var last: InventoryID?
        try await read(query) { (row: inout PostgresRow, cache: inout DirectoryCache) throws(PostgresError) in
            let id: InventoryID = try row.next()
            let key = RecordKey(product: try row.next(), warehouse: try row.next())
            let sku = try row.nextSKU()
            let code = try row.nextWarehouseCode()
            cache.learn(id, RecordReference(key: key, sku: sku, warehouseCode: code))
            count += 1
            last = id
        }
        return (count, last)
    }

    /// Looks up the ids of records by key; records that do not exist stay unknown.
    func locate(_ missing: [RecordReference]) async throws(ServiceFailure) {
        let query = PostgresQuery(Self.recordsByKey) { parameters in
            parameters.appendArray(missing.map(\.key.product))
            parameters.appendArray(missing.map(\.key.warehouse))
        }
        let references = Dictionary(missing.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        try await read(query) { (row: inout PostgresRow, cache: inout DirectoryCache) throws(PostgresError) in
            let id: InventoryID = try row.next()
            let key = RecordKey(product: try row.next(), warehouse: try row.next())
            if let reference = references[key] { cache.learn(id, reference) }
        }
    }

    private func read(
        _ query: PostgresQuery,
        _ learn: (inout PostgresRow, inout DirectoryCache) throws(PostgresError) -> Void
    ) async throws(ServiceFailure) {
        do throws(PostgresError) {
            let result = try await client.query(query)
            try cache.withLock { cache throws(PostgresError) in
                for index in 0..<result.rowCount {
                    var row = result.row(index)
                    try learn(&row, &cache)
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
    private static let recordsInOrder = PostgresStatement(
        """
        SELECT i.id, i.product_id, i.warehouse_id, p.sku, w.code
        FROM inventory i JOIN products p ON p.id = i.product_id JOIN warehouses w ON w.id = i.warehouse_id
        WHERE i.id > $1 ORDER BY i.id LIMIT $2
        """)
    private static let recordsByKey = PostgresStatement(
        """
        SELECT i.id, i.product_id, i.warehouse_id
        FROM unnest($1::uuid[], $2::uuid[]) AS wanted(product_id, warehouse_id)
        JOIN inventory i USING (product_id, warehouse_id)
        """)
}
