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
    static let adjustOperation = SchemaComponent(
        "AdjustOperation",
        .object(
            [
                "type": .constant(MovementKind.adjust.rawValue), "sku": .sku, "warehouse_code": .warehouseCode,
                "reason": .requiredReason,
            ],
            optional: Schema.adjustmentFields
        )
        .exactlyOneAmount
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
    static let adjustmentFields: KeyValuePairs<String, Schema> = [
        "quantity_change": .signedQuantity.orNull,
        "counted_quantity": .countable.orNull, "reference": .reference.orNull, "expected_version": .version.orNull,
    ]
    static let transferFields: KeyValuePairs<String, Schema> = [
        "reason": .reason.orNull, "reference": .reference.orNull,
    ]

    /// By how much an adjustment changes the record.
    static let signedQuantity = integer(FieldReader.changes)
        .with("not", .object(["const": .integer(0)]))
        .described("Signed, not 0. Exactly one of this and `counted_quantity`.")

    /// One of the two amounts is there and not null, the other is not.
    var exactlyOneAmount: Schema {
        let alternatives = ["quantity_change", "counted_quantity"].map { name in
            JSONValue.object([
                "required": .array([.string(name)]),
                "properties": .object([name: .object(["type": .string("integer")])]),
            ])
        }
        return with("oneOf", .array(alternatives))
    }
}
