import Domain
import HTTPCore
import JSON

/// The members of movements' bodies.
enum MovementBody {
    static let type = BodyField.required("type", FieldRule<MovementKind>.word())
    static let sku = BodyField.required("sku", FieldRule<SKU>.sku)
    static let warehouse = BodyField.required("warehouse_code", FieldRule<WarehouseCode>.warehouseCode)
    static let source = BodyField.required("from_warehouse", FieldRule<WarehouseCode>.warehouseCode)
    static let destination = BodyField.required("to_warehouse", FieldRule<WarehouseCode>.warehouseCode)
    static let quantity = BodyField.required("quantity", .integer(in: Quantity.movable))
    static let change = BodyField.required("quantity_change", .quantityChange)
    static let count = BodyField.required("counted_quantity", .integer(in: Quantity.countable))
    static let reason = BodyField.optional("reason", .reason)
    static let requiredReason = BodyField.required("reason", .requiredReason)
    static let reference = BodyField.optional("reference", .reference)
    static let expectedVersion = BodyField.optional("expected_version", .integer(in: Quantity.countable))

    /// One form that a movement's body may have.
    struct Form {
        /// What its component in the description is called.
        let name: String
        let members: [any BodyMember]
        /// Members of the other forms, which it must not have.
        var absent: [any BodyMember] = []

        var schema: Schema { .body(members, without: absent) }
        var component: SchemaComponent { SchemaComponent(name, schema) }

        /// The form as an operation of a batch: with the word that names the movement.
        func operation(_ kind: MovementKind) -> SchemaComponent {
            SchemaComponent(
                name + "Operation",
                .body([BodyConstant(type.name, kind.rawValue)] + members, without: absent))
        }
    }
}

extension MovementKind {
    var forms: [MovementBody.Form] {
        switch self {
        case .change(let kind):
            [
                MovementBody.Form(
                    name: rawValue.prefix(1).uppercased() + rawValue.dropFirst(),
                    members: [
                        MovementBody.sku, MovementBody.warehouse, MovementBody.quantity, kind.reason,
                        MovementBody.reference, MovementBody.expectedVersion,
                    ])
            ]
        case .adjust: [adjustment("AdjustByChange", .change), adjustment("AdjustByCount", .count)]
        case .transfer:
            [
                MovementBody.Form(
                    name: "Transfer",
                    members: [
                        MovementBody.sku, MovementBody.source, MovementBody.destination, MovementBody.quantity,
                        MovementBody.reason, MovementBody.reference,
                    ])
            ]
        }
    }

    private enum Amount {
        case change, count
    }

    private func adjustment(_ name: String, _ amount: Amount) -> MovementBody.Form {
        let amounts = (change: MovementBody.change as any BodyMember, count: MovementBody.count as any BodyMember)
        let (own, other) = amount == .change ? amounts : (amounts.count, amounts.change)
        return MovementBody.Form(
            name: name,
            members: [
                MovementBody.sku, MovementBody.warehouse, MovementBody.requiredReason, own, MovementBody.reference,
                MovementBody.expectedVersion,
            ], absent: [other])
    }
}

extension ChangeKind {
    /// The member that says why.
    fileprivate var reason: BodyField<String> { needsReason ? MovementBody.requiredReason : MovementBody.reason }
}

extension FieldRule where Value == Int64 {
    /// By how much an adjustment changes a record: signed, not 0.
    static var quantityChange: Self {
        let integer = FieldRule.integer(in: -Quantity.movable.upperBound...Quantity.movable.upperBound)
        let check = { @Sendable (change: Int64) throws(FieldMessage) -> Int64 in
            guard change != 0 else { throw FieldMessage("must not be 0") }
            return change
        }
        return FieldRule(
            schema: { integer.schema().with("not", .object(["const": .integer(0)])).described("Signed, not 0.") },
            json: { value throws(FieldMessage) in try check(try integer.fromJSON(value)) },
            text: { text throws(FieldMessage) in try check(try integer.fromText(text)) })
    }
}
