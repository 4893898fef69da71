extension StockMachine {
    /// Changes a record's units and version, and adds the ledger row. Nothing else changes a record's units.
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
        let place = state.records.place(of: record.key) ?? add(record)
        return write(
            kind, at: place, quantityChange: quantityChange, reservedChange: reservedChange, order: order, note: note,
            actor: actor)
    }

    /// The same for the record at this place of `state.records`.
    @discardableResult
    mutating func write(
        _ kind: LedgerEntry.Kind,
        at place: Int,
        quantityChange: Int64 = 0,
        reservedChange: Int64 = 0,
        order: OrderID? = nil,
        note: Note = Note(),
        actor: String
    ) -> TransactionID {
        touch(place)
        if kind == .expire, actor == Self.expiryActor {
            let record = state.records[place: place].record
            state.versionBeforeExpiry[record.key] = state.versionBeforeExpiry[record.key] ?? record.version
        } else if !state.versionBeforeExpiry.isEmpty {
            state.versionBeforeExpiry[state.records[place: place].record.key] = nil
        }
        state.records[place: place].record.change(quantityChange, reservedChange, at: now)
        let record = state.records[place: place].record
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

    /// The record; if it does not exist, creates it with zero units.
    mutating func recordMakingOne(_ reference: RecordReference) -> InventoryRecord {
        if let record = state.records[reference.key] { return record }
        let record = InventoryRecord(
            id: identifiers.next(InventoryRecord.self, at: now),
            reference: reference,
            updatedAt: now
        )
        add(record)
        return record
    }

    /// Adds a new record.
    /// - Returns: its place.
    @discardableResult
    private mutating func add(_ record: InventoryRecord) -> Int {
        let place = state.records.count
        state.records[record.key] = record
        state.records[place: place].baseline = .new
        state.records[place: place].isInChanges = true
        state.touched.append(place)
        state.changes.createdRecords.insert(record.key)
        return place
    }

    /// Call before a record is changed: notes whether it was low, and the version with which it was loaded.
    mutating func touch(_ place: Int) {
        if state.records[place: place].baseline == .untouched {
            state.records[place: place].baseline = state.records[place: place].record.isLowStock ? .low : .notLow
            state.touched.append(place)
        }
        if !state.records[place: place].isInChanges {
            state.records[place: place].isInChanges = true
            let record = state.records[place: place].record
            state.changes.loadedRecords.append(
                StockChanges.LoadedRecord(key: record.key, place: place, version: record.version))
        }
    }

    /// Raises and resolves alerts for the touched records, by comparing their states before and after.
    ///
    /// `decide` calls it for each command that it decides. If a command first releases overdue units, both changes
    /// count together: units that are sold again at once leave the alert as it is. The caller calls it once more when a
    /// batch ends with undecided commands.
    public mutating func settleAlerts() {
        guard !state.touched.isEmpty else { return }
        for place in state.touched {
            let wasLow = state.records[place: place].baseline == .low
            state.records[place: place].baseline = .untouched
            let isLow = state.records[place: place].record.isLowStock
            guard wasLow != isLow else { continue }
            let record = state.records[place: place].record
            switch (wasLow, isLow) {
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
        state.touched.removeAll(keepingCapacity: true)
    }
}

extension InventoryRecord {
    /// Changes the units and counts the version up.
    fileprivate mutating func change(_ quantityChange: Int64, _ reservedChange: Int64, at now: Instant) {
        quantityOnHand += quantityChange
        quantityReserved += reservedChange
        version += 1
        updatedAt = now
    }
}
