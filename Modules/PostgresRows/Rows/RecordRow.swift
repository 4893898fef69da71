package import Domain
package import PostgresClient
package import UseCases

/// An inventory record with its SKU and its warehouse's code.
package enum RecordRow {
    private static let select = """
        SELECT i.id, i.product_id, i.warehouse_id, p.sku, w.code, i.quantity_on_hand, i.quantity_reserved,
            i.reorder_point, i.reorder_quantity, i.safety_stock, i.version, i.updated_at
        FROM inventory i JOIN products p ON p.id = i.product_id JOIN warehouses w ON w.id = i.warehouse_id
        """
    package static let byID = PostgresStatement("\(select) WHERE i.id = $1")

    /// One statement for each combination of filters, so that each has a plan by its own index.
    package static func list(_ filter: RecordFilter) -> PostgresStatement {
        lists[
            (filter.sku == nil ? 0 : 1) + (filter.warehouseCode == nil ? 0 : 2) + 4 * choice(filter.isLowStock)
                + 12 * choice(filter.isOutOfStock)]
    }

    private static func choice(_ wanted: Bool?) -> Int { wanted.map { $0 ? 1 : 2 } ?? 0 }

    private static let lists: [PostgresStatement] = (0..<36).map { index in
        var conditions = ["i.id > $1"]
        var parameter = 2
        func next() -> String {
            parameter += 1
            return "$\(parameter)"
        }
        if index & 1 != 0 { conditions.append("i.product_id = (SELECT id FROM products WHERE sku = \(next()))") }
        if index & 2 != 0 { conditions.append("i.warehouse_id = (SELECT id FROM warehouses WHERE code = \(next()))") }
        switch index / 4 % 3 {
        case 1: conditions.append("i.is_low_stock")
        case 2: conditions.append("NOT i.is_low_stock")
        default: break
        }
        switch index / 12 {
        // A reorder point is never negative, so what is out of stock is low: the index of low records begins with it.
        case 1: conditions.append("i.is_low_stock AND i.low_available = 0")
        case 2: conditions.append("i.quantity_available <> 0")
        default: break
        }
        return PostgresStatement("\(select) WHERE \(conditions.joined(separator: " AND ")) ORDER BY i.id LIMIT $2")
    }

    package static func record(_ row: inout PostgresRow) throws(PostgresError) -> InventoryRecord {
        let id: InventoryID = try row.next()
        let reference = RecordReference(
            key: RecordKey(product: try row.next(), warehouse: try row.next()), sku: try row.nextSKU(),
            warehouseCode: try row.nextWarehouseCode())
        return try figures(&row, id: id, reference: reference)
    }

    /// A record's figures, from `quantity_on_hand` to `updated_at`.
    package static func figures(
        _ row: inout PostgresRow, id: InventoryID, reference: RecordReference
    ) throws(PostgresError) -> InventoryRecord {
        InventoryRecord(
            id: id, reference: reference, quantityOnHand: try row.next(), quantityReserved: try row.next(),
            reorderPoint: try row.next(), reorderQuantity: try row.next(), safetyStock: try row.next(),
            version: try row.next(), updatedAt: try row.next())
    }
}
