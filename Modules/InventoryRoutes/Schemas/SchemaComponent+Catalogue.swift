import Domain
import HTTPCore
import JSON

/// Products and warehouses, as `JSONWriter+Catalogue` writes them.
extension SchemaComponent {
    static let product = SchemaComponent(
        "Product",
        .object([
            "id": .identifier,
            "sku": .sku,
            "name": .name,
            "base_price": .money,
            "description": .description.orNull,
            "attributes": .anyObject.orNull,
            "archived": .boolean,
            "created_at": .time,
            "updated_at": .time,
        ])
    )

    static let warehouse = SchemaComponent(
        "Warehouse",
        .object([
            "id": .identifier,
            "code": .warehouseCode,
            "name": .name,
            "priority": .integer(Warehouse.priorities),
            "alert_recipients": .list(of: .text, count: WarehousePatchBody.recipientCount),
            "archived": .boolean,
            "created_at": .time,
            "updated_at": .time,
        ])
    )
}
