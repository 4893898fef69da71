import Domain

/// Describes the machine's result in the same text as the reference.
func describe(_ result: Result<Outcome, StockRefusal>) -> String {
    switch result {
    case .success(.moved(let outcome)): "moved " + describe(outcome)
    case .success(.batch(let outcomes)): "batch " + outcomes.map(describe).joined(separator: "; ")
    case .success(.reserved(_, let ids, let expiresAt)): "reserved \(ids.count) until \(expiresAt.milliseconds)"
    case .success(.confirmed): "confirmed"
    case .success(.released): "released"
    case .success(.extended(_, let expiresAt)): "extended until \(expiresAt.milliseconds)"
    case .success(.policy(let record, let created)): "policy " + describe(record) + (created ? " created" : "")
    case .success(.stockSet(created: true, _)): "set new"
    case .success(.stockSet(created: false, let changed)): "set known" + (changed ? " changed" : "")
    case .success(.expired): "expired"
    case .failure(let refusal): describe(refusal)
    }
}

func describe(_ record: InventoryRecord) -> String {
    "\(record.quantityOnHand) \(record.quantityReserved) \(record.reorderPoint) \(record.reorderQuantity) "
        + "\(record.safetyStock) v\(record.version) \(record.updatedAt.milliseconds)"
}

func describe(_ entry: LedgerEntry) -> String {
    describe(
        entry.version, entry.kind.rawValue, entry.quantityChange, entry.quantityAfter, entry.reservedChange,
        entry.reservedAfter, entry.orderID, entry.reason, entry.reference, entry.actor, entry.createdAt)
}

private func describe(_ outcome: MovementOutcome) -> String {
    switch outcome {
    case .changed(let change):
        "\(change.oldQuantity)→\(change.newQuantity) v\(change.version) \(change.transactionID == nil ? "no row" : "row")"
    case .transferred(let transferred): "transferred \(transferred.transfer.quantity)"
    }
}

private func describe(_ refusal: StockRefusal) -> String {
    switch refusal {
    case .insufficientStock(let shortage):
        "short \(shortage.record.sku)/\(shortage.record.warehouseCode) \(shortage.available) for \(shortage.requested) "
            + "of \(shortage.inventoryID == nil ? "none" : "a record")"
    case .versionConflict(let current): "version is \(current)"
    case .archived(.product(let sku)): "archived \(sku)"
    case .archived(.warehouse(let code)): "archived \(code)"
    case .unknownOrder: "unknown order"
    case .reservationExpired: "expired"
    case .alreadyConfirmed: "already confirmed"
    case .alreadyReleased: "already released"
    case .quantityTooHigh: "too high"
    case .operation(let index, let refusal): "operation \(index): " + describe(refusal)
    }
}
