import Domain
import HTTPCore
import UseCases

extension FieldReader {
    /// Reads a movement's body; nil when something is at fault.
    mutating func movement(_ kind: MovementKind) -> MovementRequest? {
        switch kind {
        case .change(let kind):
            let target = target(isReasonRequired: kind.needsReason)
            let quantity = read(MovementBody.quantity)
            return all(target, quantity).map { .change(kind, $0, quantity: $1) }
        case .adjust:
            let target = target(isReasonRequired: true)
            let amount = adjustment()
            return all(target, amount).map { .adjust($0, $1) }
        case .transfer: return transfer()
        }
    }

    private mutating func target(isReasonRequired: Bool = false) -> StockTarget? {
        let sku = read(MovementBody.sku)
        let code = read(MovementBody.warehouse)
        let note = note(isReasonRequired: isReasonRequired)
        let version = read(MovementBody.expectedVersion)
        return unwrap(sku, code).map {
            StockTarget(sku: $0, warehouseCode: $1, note: note, expectedVersion: version)
        }
    }

    private mutating func note(isReasonRequired: Bool = false) -> Note {
        let reason = read(isReasonRequired ? MovementBody.requiredReason : MovementBody.reason)
        return Note(reason: reason, reference: read(MovementBody.reference))
    }

    /// Exactly one of a change and a count.
    private mutating func adjustment() -> Adjustment.Target? {
        let (change, count) = (MovementBody.change, MovementBody.count)
        switch (has(change.name), has(count.name)) {
        case (true, false): return read(change).map(Adjustment.Target.change)
        case (false, true): return read(count).map(Adjustment.Target.count)
        case (false, false): fault(change.name, "is required, or \(count.name) in its place")
        case (true, true): fault(count.name, "must not stand beside \(change.name)")
        }
        return nil
    }

    private mutating func transfer() -> MovementRequest? {
        let sku = read(MovementBody.sku)
        let source = read(MovementBody.source)
        let destination = read(MovementBody.destination)
        if let source, source == destination {
            fault(MovementBody.destination.name, "must not be \(MovementBody.source.name)")
        }
        let quantity = read(MovementBody.quantity)
        let note = note()
        return all(sku, source, destination, quantity).map {
            .transfer(sku: $0, from: $1, to: $2, quantity: $3, note: note)
        }
    }
}

extension MovementRequest {
    /// The member that says how many units.
    var quantityField: String {
        switch self {
        case .change, .transfer: MovementBody.quantity.name
        case .adjust(_, .change): MovementBody.change.name
        case .adjust(_, .count): MovementBody.count.name
        }
    }
}
