import HTTPCore
import JSON
import UseCases

/// Alerts and suggestions, as `JSONWriter+Alerts` writes them.
extension SchemaComponent {
    static let alert = SchemaComponent(
        "Alert",
        .object([
            "id": .identifier,
            "inventory_id": .identifier,
            "sku": .sku,
            "name": .name,
            "warehouse_code": .warehouseCode,
            "quantity_available": .integer().described("When it was raised."),
            "reorder_point": .countable,
            "status": .words(of: AlertView.Status.self),
            "created_at": .time,
            "acknowledged_at": .time.orNull,
            "acknowledged_by": .text.orNull,
            "resolved_at": .time.orNull,
            "suggestion_id": .identifier.orNull,
            "delivery": .object([
                "state": .words(["queued", "sent", "failed"]),
                "attempts": .integer(0...Int64.max),
                "sent_at": .time.orNull,
                "message_id": .text.orNull,
                "last_error": .text.orNull,
            ])
            .described("The alert's email; `queued` also between tries."),
        ])
    )

    static let suggestion = SchemaComponent(
        "Suggestion",
        .object([
            "id": .identifier,
            "alert_id": .identifier,
            "inventory_id": .identifier,
            "sku": .sku,
            "name": .name,
            "warehouse_code": .warehouseCode,
            "quantity": .integer(1...Int64.max),
            "unit_price": .money,
            "quantity_available": .integer(),
            "reorder_point": .countable,
            "status": .words(of: SuggestionView.Status.self),
            "created_at": .time,
            "decided_at": .time.orNull,
            "decided_by": .text.orNull,
        ])
        .described("A purchase order that would lift the record above its reorder point.")
    )
}
