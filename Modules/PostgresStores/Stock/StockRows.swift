import Domain
import PostgresClient
import PostgresRows
import UseCases

/// A low record with its product and its warehouse.
enum LowStockRow {
    /// Reads the index that has low records in this order; names are looked up for the page only.
    static let all = list("")
    static let ofWarehouse = list("AND warehouse_id = (SELECT id FROM warehouses WHERE code = $4)")

    private static func list(_ condition: String) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT i.id, p.sku, p.name, w.name, w.code, i.quantity_available, i.reorder_point, i.reorder_quantity
            FROM (
                SELECT id, product_id, warehouse_id, quantity_available, reorder_point, reorder_quantity
                FROM inventory WHERE is_low_stock AND (low_available, id) > ($1, $2) \(condition)
                ORDER BY low_available, id LIMIT $3
            ) i JOIN products p ON p.id = i.product_id JOIN warehouses w ON w.id = i.warehouse_id
            ORDER BY i.quantity_available, i.id
            """)
    }

    static func line(_ row: inout PostgresRow) throws(PostgresError) -> LowStockLine {
        LowStockLine(
            inventoryID: try row.next(), sku: try row.nextSKU(), productName: try row.next(),
            warehouseName: try row.next(), warehouseCode: try row.nextWarehouseCode(),
            quantityAvailable: try row.next(), reorderPoint: try row.next(), reorderQuantity: try row.next())
    }
}

/// A row of the audit ledger.
enum LedgerRow {
    private static let select = """
        SELECT id, inventory_id, version, type, quantity_change, quantity_after, reserved_change, reserved_after,
            order_id, reason, reference, actor, created_at
        FROM inventory_transactions
        """
    static let all = PostgresStatement(
        "\(select) WHERE (inventory_id, version) > ($1, $2) ORDER BY inventory_id, version LIMIT $3")
    static let list = PostgresStatement(
        """
        \(select)
        WHERE inventory_id = $1 AND version < $2 AND ($3::text IS NULL OR type = $3)
            AND version > (SELECT CASE WHEN $4::timestamptz IS NULL THEN 0 ELSE ledger_version_at($1, $4) END)
            AND version <= (
                SELECT CASE WHEN $5::timestamptz IS NULL THEN 9223372036854775807 ELSE ledger_version_at($1, $5) END)
        ORDER BY version DESC LIMIT $6
        """)
    static let stateAt = PostgresStatement(
        """
        SELECT quantity_after, reserved_after, version FROM inventory_transactions
        WHERE inventory_id = $1 AND version = ledger_version_at($1, $2)
        """)

    static func entry(_ row: inout PostgresRow) throws(PostgresError) -> LedgerEntry {
        let id: TransactionID = try row.next()
        let inventoryID: InventoryID = try row.next()
        let version: Int64 = try row.next()
        let type: String = try row.next()
        guard let kind = LedgerEntry.Kind(rawValue: type) else { throw PostgresError(.decoding, "ledger type \(type)") }
        return LedgerEntry(
            id: id, inventoryID: inventoryID, version: version, kind: kind, quantityChange: try row.next(),
            quantityAfter: try row.next(), reservedChange: try row.next(), reservedAfter: try row.next(),
            orderID: try row.nextOptional(), reason: try row.nextOptional(), reference: try row.nextOptional(),
            actor: try row.next(), createdAt: try row.next())
    }
}

/// A product and its availability in one warehouse; `line` is nil for a product without records.
struct AvailabilityRow {
    static let byProduct = PostgresStatement(
        """
        SELECT p.id, p.sku, w.id, w.code, i.quantity_available, i.version
        FROM products p
        LEFT JOIN (inventory i JOIN warehouses w ON w.id = i.warehouse_id) ON i.product_id = p.id
        WHERE p.id = ANY($1) ORDER BY w.code
        """)

    let product: ProductID
    let sku: SKU
    let line: ProductAvailability.Line?

    init(_ row: inout PostgresRow) throws(PostgresError) {
        product = try row.next()
        sku = try row.nextSKU()
        guard let warehouse: WarehouseID = try row.nextOptional() else {
            line = nil
            return
        }
        line = ProductAvailability.Line(
            warehouseID: warehouse, warehouseCode: try row.nextWarehouseCode(), quantityAvailable: try row.next(),
            version: try row.next())
    }
}
