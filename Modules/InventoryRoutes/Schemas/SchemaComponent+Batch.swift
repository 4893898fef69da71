import HTTPCore
import JSON

/// The operations of a batch: the fields of the single routes and the word that names the route.
extension SchemaComponent {
    static let receiveOperation = SchemaComponent(
        "ReceiveOperation",
        .object(
            [
                "type": .constant(MovementKind.receive.rawValue), "sku": .sku, "warehouse_code": .warehouseCode,
                "quantity": .movable,
            ],
            optional: Schema.noteFields
        )
    )
    static let shipOperation = SchemaComponent(
        "ShipOperation",
        .object(
            [
                "type": .constant(MovementKind.ship.rawValue), "sku": .sku, "warehouse_code": .warehouseCode,
                "quantity": .movable,
            ],
            optional: Schema.noteFields
        )
    )
    static let adjustByChangeOperation = SchemaComponent(
        "AdjustByChangeOperation",
        .object(
            [
                "type": .constant(MovementKind.adjust.rawValue), "sku": .sku, "warehouse_code": .warehouseCode,
                "reason": .requiredReason, "quantity_change": .signedQuantity,
            ],
            optional: Schema.byChangeFields
        )
    )
    static let adjustByCountOperation = SchemaComponent(
        "AdjustByCountOperation",
        .object(
            [
                "type": .constant(MovementKind.adjust.rawValue), "sku": .sku, "warehouse_code": .warehouseCode,
                "reason": .requiredReason, "counted_quantity": .countable,
            ],
            optional: Schema.byCountFields
        )
    )
    static let transferOperation = SchemaComponent(
        "TransferOperation",
        .object(
            [
                "type": .constant(MovementKind.transfer.rawValue), "sku": .sku, "from_warehouse": .warehouseCode,
                "to_warehouse": .warehouseCode, "quantity": .movable,
            ],
            optional: Schema.transferFields
        )
    )
}

extension Schema {
    /// What a receive and a ship may add.
    static let noteFields: KeyValuePairs<String, Schema> = [
        "reason": .reason.orNull, "reference": .reference.orNull, "expected_version": .version.orNull,
    ]
    /// What an adjustment may add; the other amount only as null.
    static let byChangeFields: KeyValuePairs<String, Schema> = [
        "counted_quantity": .null, "reference": .reference.orNull, "expected_version": .version.orNull,
    ]
    static let byCountFields: KeyValuePairs<String, Schema> = [
        "quantity_change": .null, "reference": .reference.orNull, "expected_version": .version.orNull,
    ]
    static let transferFields: KeyValuePairs<String, Schema> = [
        "reason": .reason.orNull, "reference": .reference.orNull,
    ]

    /// By how much an adjustment changes the record.
    static let signedQuantity = integer(FieldReader.changes)
        .with("not", .object(["const": .integer(0)]))
        .described("Signed, not 0.")
}
