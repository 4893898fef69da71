import Domain
import HTTPCore
import UseCases

/// The word by which a batch names an operation; a route of its own each.
enum MovementKind: String, CaseIterable {
    case receive, ship, adjust, transfer
}

extension FieldReader {
    /// Reads a movement's fields (api.md, *Stock*); nil when something is at fault.
    mutating func movement(_ kind: MovementKind) -> MovementRequest? {
        switch kind {
        case .receive:
            let target = target()
            let quantity = required("quantity", .integer(in: Quantity.movable))
            return all(target, quantity).map { .receive($0, quantity: $1) }
        case .ship:
            let target = target()
            let quantity = required("quantity", .integer(in: Quantity.movable))
            return all(target, quantity).map { .ship($0, quantity: $1) }
        case .adjust:
            let target = target(isReasonRequired: true)
            let amount = adjustment()
            return all(target, amount).map { .adjust($0, $1) }
        case .transfer: return transfer()
        }
    }

    private mutating func target(isReasonRequired: Bool = false) -> StockTarget? {
        let sku = required("sku", .sku)
        let code = required("warehouse_code", .warehouseCode)
        let note = note(isReasonRequired: isReasonRequired)
        let version = optional("expected_version", .integer(in: Quantity.countable))
        return unwrap(sku, code).map {
            StockTarget(sku: $0, warehouseCode: $1, note: note, expectedVersion: version)
        }
    }

    private mutating func note(isReasonRequired: Bool = false) -> Note {
        let reason = isReasonRequired ? required("reason", .requiredReason) : optional("reason", .reason)
        return Note(reason: reason, reference: optional("reference", .reference))
    }

    /// Exactly one of a change and a count.
    private mutating func adjustment() -> Adjustment.Target? {
        switch (has("quantity_change"), has("counted_quantity")) {
        case (true, false):
            guard let change = optional("quantity_change", .integer(in: Self.changes)) else { return nil }
            if change == 0 { fault("quantity_change", "must not be 0") }
            return .change(change)
        case (false, true):
            return optional("counted_quantity", .integer(in: Quantity.countable)).map(Adjustment.Target.count)
        case (false, false):
            fault("quantity_change", "is required, or counted_quantity in its place")
        case (true, true):
            fault("counted_quantity", "must not stand beside quantity_change")
        }
        return nil
    }

    static let changes = -Quantity.movable.upperBound...Quantity.movable.upperBound

    private mutating func transfer() -> MovementRequest? {
        let sku = required("sku", .sku)
        let source = required("from_warehouse", .warehouseCode)
        let destination = required("to_warehouse", .warehouseCode)
        if let source, source == destination { fault("to_warehouse", "must not be from_warehouse") }
        let quantity = required("quantity", .integer(in: Quantity.movable))
        let note = note()
        return all(sku, source, destination, quantity).map {
            .transfer(sku: $0, from: $1, to: $2, quantity: $3, note: note)
        }
    }
}

extension MovementRequest {
    /// The field that says how many units.
    var quantityField: String {
        switch self {
        case .receive, .ship, .transfer: "quantity"
        case .adjust(_, .change): "quantity_change"
        case .adjust(_, .count): "counted_quantity"
        }
    }
}
