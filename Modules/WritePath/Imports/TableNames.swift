import Domain
import PostgresClient
import PostgresRows
import UseCases

/// The ids of the names in a stock table, read in the import's transaction.
struct TableNames {
    private(set) var products: [SKU: ProductID] = [:]
    private(set) var warehouses: [WarehouseCode: WarehouseID] = [:]
    private(set) var archivedProducts: Set<ProductID> = []
    private(set) var archivedWarehouses: Set<WarehouseID> = []

    mutating func learn(
        _ rows: some Sequence<ImportedStock>, on connection: PostgresConnection
    ) async throws(PostgresError) {
        var skus: Set<SKU> = []
        var codes: Set<WarehouseCode> = []
        for row in rows {
            skus.insert(row.sku)
            codes.insert(row.warehouseCode)
        }
        try await Self.each(Array(skus.map(\.description)), Self.products, on: connection) {
            (row: inout PostgresRow) throws(PostgresError) in
            let id: ProductID = try row.next()
            products[try row.nextSKU()] = id
            if try row.next() { archivedProducts.insert(id) }
        }
        try await Self.each(Array(codes.map(\.description)), Self.warehouses, on: connection) {
            (row: inout PostgresRow) throws(PostgresError) in
            let id: WarehouseID = try row.next()
            warehouses[try row.nextWarehouseCode()] = id
            if try row.next() { archivedWarehouses.insert(id) }
        }
    }

    private static func each(
        _ names: [String], _ statement: PostgresStatement, on connection: PostgresConnection,
        _ take: (inout PostgresRow) throws(PostgresError) -> Void
    ) async throws(PostgresError) {
        for start in stride(from: 0, to: names.count, by: PostgresBulkImport.chunk) {
            let part = Array(names[start..<min(start + PostgresBulkImport.chunk, names.count)])
            let result = try await connection.run(
                PostgresQuery(statement) { $0.appendArray(part) }, timeout: ImportTransaction.statementLimit)
            for index in 0..<result.rowCount {
                var row = result.row(index)
                try take(&row)
            }
        }
    }

    private static let products = PostgresStatement("SELECT id, sku, archived FROM products WHERE sku = ANY($1)")
    private static let warehouses = PostgresStatement("SELECT id, code, archived FROM warehouses WHERE code = ANY($1)")
}
