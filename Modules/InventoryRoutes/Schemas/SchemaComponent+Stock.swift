import Domain
import HTTPCore
import JSON

/// Stock, as `JSONWriter+Stock` and `JSONWriter+Movements` write it.
extension SchemaComponent {
    static let inventoryRecord = SchemaComponent(
        "InventoryRecord",
        .object([
            "id": .identifier,
            "product_id": .identifier,
            "warehouse_id": .identifier,
            "sku": .sku,
            "warehouse_code": .warehouseCode,
            "quantity_on_hand": .countable,
            "quantity_reserved": .countable,
            "quantity_available": .countable,
            "reorder_point": .countable,
            "reorder_quantity": .reorderable,
            "safety_stock": .countable,
            "low_stock": .boolean,
            "version": .version,
            "updated_at": .time,
        ])
        .described("One product in one warehouse.")
    )

    static let lowStockLine = SchemaComponent(
        "LowStockLine",
        .object([
            "inventory_id": .identifier,
            "sku": .sku,
            "name": .name,
            "warehouse": .name.described("The warehouse's name."),
            "warehouse_code": .warehouseCode,
            "quantity_available": .countable,
            "reorder_point": .countable,
            "reorder_quantity": .reorderable,
        ])
    )

    static let transaction = SchemaComponent(
        "Transaction",
        .object([
            "id": .identifier,
            "inventory_id": .identifier,
            "type": .words(of: LedgerEntry.Kind.self),
            "quantity_change": .difference,
            "quantity_before": .countable,
            "quantity_after": .countable,
            "reserved_change": .difference,
            "reserved_before": .countable,
            "reserved_after": .countable,
            "version": .version.described("The record's version after it: without a gap."),
            "order_id": .identifier.orNull,
            "reason": .text.orNull,
            "reference": .text.orNull,
            "actor": .text,
            "created_at": .time,
        ])
        .described("A row of the audit ledger, never changed and never deleted. `quantity_*` speak of on hand.")
    )

    static let stockState = SchemaComponent(
        "StockState",
        .object([
            "quantity_on_hand": .countable,
            "quantity_reserved": .countable,
            "quantity_available": .countable,
            "version": .version,
        ])
    )

    static let availability = SchemaComponent(
        "Availability",
        .object([
            "sku": .sku,
            "quantity_available": .integer(),
            "warehouses": .list(of: .object(["warehouse_code": .warehouseCode, "quantity_available": .countable])),
        ])
    )

    static let stockChange = SchemaComponent("StockChange", .object(Self.change))
    static let adjustment = SchemaComponent(
        "Adjustment",
        .object([
            "status": .constant("success"),
            "sku": .sku,
            "warehouse": .warehouseCode,
            "old_quantity": .countable,
            "new_quantity": .countable,
            "quantity_change": .difference,
            "inventory_id": .identifier.orNull.described("null where a count of 0 found no record."),
            "version": .version,
            "transaction_id": .identifier.orNull.described("null for a count that equals on hand."),
        ])
    )

    private static let change: KeyValuePairs<String, Schema> = [
        "status": .constant("success"),
        "sku": .sku,
        "warehouse": .warehouseCode.described("The warehouse's code."),
        "old_quantity": .countable,
        "new_quantity": .countable,
        "inventory_id": .identifier,
        "version": .version,
        "transaction_id": .identifier,
    ]

    static let transferred = SchemaComponent(
        "Transferred",
        .object([
            "status": .constant("success"),
            "sku": .sku,
            "from": .warehouseCode,
            "to": .warehouseCode,
            "quantity": .movable,
            "transaction_ids": .list(of: .identifier, count: 2...2).described("The ledger's rows: out, then in."),
        ])
    )
}
