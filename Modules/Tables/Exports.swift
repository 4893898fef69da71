public import CSV
public import Domain

/// The columns of the exports: first those of the imports, then the other members of the API's JSON, under their names.
/// Values are not escaped: a cell that a spreadsheet would take for a formula stays unchanged, or the export could not be
/// imported again.
public enum ExportColumns {
    public static let product = [
        "sku", "name", "base_price", "description", "id", "attributes", "archived", "created_at", "updated_at",
    ]
    public static let record = [
        "sku", "warehouse_code", "quantity_on_hand", "reorder_point", "reorder_quantity", "id", "product_id",
        "warehouse_id", "quantity_reserved", "quantity_available", "safety_stock", "low_stock", "version", "updated_at",
    ]
    public static let transaction = [
        "id", "inventory_id", "type", "quantity_change", "quantity_before", "quantity_after", "reserved_change",
        "reserved_before", "reserved_after", "version", "order_id", "reason", "reference", "actor", "created_at",
    ]
}

extension CSVWriter {
    /// Writes the header row.
    public mutating func header(_ columns: [String]) {
        for column in columns { field(column) }
        endRow()
    }

    public mutating func product(_ product: Product) {
        field(product.sku.description)
        field(product.name)
        field(product.basePrice.description)
        field(product.description)
        field(product.id.description)
        field(product.attributes)
        field(product.isArchived)
        field(product.createdAt)
        field(product.updatedAt)
        endRow()
    }

    public mutating func record(_ record: InventoryRecord) {
        field(record.reference.sku.description)
        field(record.reference.warehouseCode.description)
        field(record.quantityOnHand)
        field(record.reorderPoint)
        field(record.reorderQuantity)
        field(record.id.description)
        field(record.key.product.description)
        field(record.key.warehouse.description)
        field(record.quantityReserved)
        field(record.quantityAvailable)
        field(record.safetyStock)
        field(record.isLowStock)
        field(record.version)
        field(record.updatedAt)
        endRow()
    }

    public mutating func transaction(_ entry: LedgerEntry) {
        field(entry.id.description)
        field(entry.inventoryID.description)
        field(entry.kind.rawValue)
        field(entry.quantityChange)
        field(entry.quantityBefore)
        field(entry.quantityAfter)
        field(entry.reservedChange)
        field(entry.reservedBefore)
        field(entry.reservedAfter)
        field(entry.version)
        field(entry.orderID?.description)
        field(entry.reason)
        field(entry.reference)
        field(entry.actor)
        field(entry.createdAt)
        endRow()
    }

    private mutating func field(_ number: Int64) { field(String(number)) }

    private mutating func field(_ flag: Bool) { field(flag ? "true" : "false") }

    private mutating func field(_ instant: Instant) { field(RFC3339.format(instant)) }
}
