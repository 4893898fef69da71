extension StockMachine {
    mutating func move(_ movement: Movement, actor: String) throws(Interruption) -> MovementOutcome {
        switch movement {
        case .change(let kind, let change):
            return .changed(try self.change(kind, change, actor: actor))
        case .adjust(let adjustment):
            return .changed(try adjust(adjustment, actor: actor))
        case .transfer(let transfer):
            return .transferred(try self.transfer(transfer, actor: actor))
        }
    }

    private mutating func change(
        _ kind: ChangeKind, _ change: StockChange, actor: String
    ) throws(Interruption) -> ChangeOutcome {
        try checkVersion(change.expectedVersion, of: change.record)
        let units = kind.sign * change.quantity
        if units < 0 {
            try checkAvailable(-units, of: change.record)
        } else {
            try checkRoom(for: units, in: change.record)
        }
        return apply(kind.ledgerKind, units, to: change.record, note: change.note, actor: actor)
    }

    private mutating func adjust(_ adjustment: Adjustment, actor: String) throws(Interruption) -> ChangeOutcome {
        try checkVersion(adjustment.expectedVersion, of: adjustment.record)
        let record = state.records[adjustment.record.key]
        let change: Int64
        switch adjustment.target {
        case .change(let units): change = units
        case .count(let counted): change = counted - (record?.quantityOnHand ?? 0)
        }
        if change == 0 {
            let quantity = record?.quantityOnHand ?? 0
            return ChangeOutcome(
                record: adjustment.record,
                oldQuantity: quantity,
                newQuantity: quantity,
                inventoryID: record?.id,
                version: record?.version ?? 0,
                transactionID: nil
            )
        }
        if change < 0 {
            try checkAvailable(-change, of: adjustment.record)
        } else {
            try checkRoom(for: change, in: adjustment.record)
        }
        return apply(.adjust, change, to: adjustment.record, note: adjustment.note, actor: actor)
    }

    private mutating func transfer(_ transfer: Transfer, actor: String) throws(Interruption) -> TransferOutcome {
        try checkAvailable(transfer.quantity, of: transfer.source)
        try checkRoom(for: transfer.quantity, in: transfer.destination)
        let source = recordMakingOne(transfer.source)
        let transactionOut = write(
            .transferOut,
            to: source,
            quantityChange: -transfer.quantity,
            note: transfer.note,
            actor: actor
        )
        let destination = recordMakingOne(transfer.destination)
        let transactionIn = write(
            .transferIn,
            to: destination,
            quantityChange: transfer.quantity,
            note: transfer.note,
            actor: actor
        )
        return TransferOutcome(transfer: transfer, transactionOut: transactionOut, transactionIn: transactionIn)
    }

    private mutating func apply(
        _ kind: LedgerEntry.Kind,
        _ change: Int64,
        to reference: RecordReference,
        note: Note,
        actor: String
    ) -> ChangeOutcome {
        let record = recordMakingOne(reference)
        let transaction = write(kind, to: record, quantityChange: change, note: note, actor: actor)
        return ChangeOutcome(
            record: reference,
            oldQuantity: record.quantityOnHand,
            newQuantity: record.quantityOnHand + change,
            inventoryID: record.id,
            version: record.version + 1,
            transactionID: transaction
        )
    }

    private func checkVersion(_ expected: Int64?, of reference: RecordReference) throws(Interruption) {
        let current = state.records[reference.key]?.version ?? 0
        if let expected, expected != current {
            if let oldest = state.versionBeforeExpiry[reference.key], (oldest..<current).contains(expected) { return }
            throw .refused(.versionConflict(currentVersion: current))
        }
    }

    /// Refuses unless the units are available. A record that does not exist has none.
    func checkAvailable(_ requested: Int64, of reference: RecordReference) throws(Interruption) {
        try checkAvailable(requested, of: reference, at: state.records.place(of: reference.key))
    }

    /// The same with a known place; nil if the record does not exist.
    func checkAvailable(
        _ requested: Int64, of reference: RecordReference, at place: Int?
    ) throws(Interruption) {
        let available = place.map { state.records[place: $0].record.quantityAvailable } ?? 0
        guard available >= requested else {
            throw .refused(
                .insufficientStock(
                    StockRefusal.Shortage(
                        record: reference,
                        inventoryID: place.map { state.records[place: $0].record.id },
                        available: available,
                        requested: requested
                    )
                )
            )
        }
    }

    private func checkRoom(for quantity: Int64, in reference: RecordReference) throws(Interruption) {
        let onHand = state.records[reference.key]?.quantityOnHand ?? 0
        guard quantity <= Quantity.highest - onHand else {
            throw .refused(.quantityTooHigh(reference))
        }
    }
}
