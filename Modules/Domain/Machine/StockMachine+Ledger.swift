extension StockMachine {
    /// The one place where a record's units change: writes the new state, its version and the ledger row.
    /// - Returns: the row's id.
    @discardableResult
    mutating func write(
        _ kind: LedgerEntry.Kind,
        to record: InventoryRecord,
        quantityChange: Int64 = 0,
        reservedChange: Int64 = 0,
        order: OrderID? = nil,
        note: Note = Note(),
        actor: String
    ) -> TransactionID {
        touch(record)
        if kind == .expire, actor == Self.expiryActor {
            state.versionBeforeExpiry[record.key] = state.versionBeforeExpiry[record.key] ?? record.version
        } else if !state.versionBeforeExpiry.isEmpty {
            state.versionBeforeExpiry[record.key] = nil
        }
        var record = record
        record.quantityOnHand += quantityChange
        record.quantityReserved += reservedChange
        record.version += 1
        record.updatedAt = now
        state.records[record.key] = record
        let id = identifiers.next(LedgerEntry.self, at: now)
        state.changes.ledger.append(
            LedgerEntry(
                id: id,
                inventoryID: record.id,
                version: record.version,
                kind: kind,
                quantityChange: quantityChange,
                quantityAfter: record.quantityOnHand,
                reservedChange: reservedChange,
                reservedAfter: record.quantityReserved,
                orderID: order,
                reason: note.reason,
                reference: note.reference,
                actor: actor,
                createdAt: now
            )
        )
        return id
    }

    /// The record, or a new one at zero when there is none.
    mutating func recordMakingOne(_ reference: RecordReference) -> InventoryRecord {
        if let record = state.records[reference.key] { return record }
        let record = InventoryRecord(
            id: identifiers.next(InventoryRecord.self, at: now),
            reference: reference,
            updatedAt: now
        )
        state.records[reference.key] = record
        state.changes.createdRecords.insert(reference.key)
        state.wasLow[reference.key] = .some(nil)
        return record
    }

    /// Remembers how a record was before it was touched, and its version before this batch.
    mutating func touch(_ record: InventoryRecord) {
        if state.wasLow[record.key] == nil {
            state.wasLow[record.key] = .some(record.isLowStock)
        }
        if state.changes.loadedVersions[record.key] == nil, !state.changes.createdRecords.contains(record.key) {
            state.changes.loadedVersions[record.key] = record.version
        }
    }

    /// Raises and resolves alerts for the records that were touched, by their states before and after.
    ///
    /// Each decision that is done settles by itself. What was released for want of units is judged together with the
    /// decision that it was for: overdue units that are sold again at once leave the alert as it is. Call it once more
    /// when a batch ends with commands undecided.
    public mutating func settleAlerts() {
        guard !state.wasLow.isEmpty else { return }
        for (key, wasLow) in state.wasLow {
            guard let record = state.records[key] else { continue }
            switch (wasLow ?? false, record.isLowStock) {
            case (false, true):
                state.changes.openAlerts[record.id] = LowStockAlert(
                    id: identifiers.next(LowStockAlert.self, at: now),
                    suggestionID: identifiers.next(PurchaseOrderSuggestion.self, at: now),
                    inventoryID: record.id,
                    quantityAvailable: record.quantityAvailable,
                    reorderPoint: record.reorderPoint,
                    suggestedQuantity: record.suggestedQuantity,
                    createdAt: now
                )
            case (true, false):
                if var alert = state.changes.openAlerts.removeValue(forKey: record.id) {
                    alert.resolvedAt = now
                    state.changes.resolvedAlerts.append(alert)
                } else {
                    state.changes.recoveredRecords.insert(record.id)
                }
            case (true, true), (false, false):
                break
            }
        }
        state.wasLow.removeAll(keepingCapacity: true)
    }
}
