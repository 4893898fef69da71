extension StockMachine {
    /// Receives the units of a new record; adjusts an existing one, with a separate `policy` row if a reorder figure
    /// changes.
    mutating func setStock(_ setting: StockSetting, actor: String) throws(Interruption) -> Outcome {
        guard let known = state.records[setting.record.key] else {
            var record = recordMakingOne(setting.record)
            record.reorderPoint = setting.reorderPoint ?? record.reorderPoint
            record.reorderQuantity = setting.reorderQuantity ?? record.reorderQuantity
            state.records[record.key] = record
            if setting.quantityOnHand > 0 {
                write(.receive, to: record, quantityChange: setting.quantityOnHand, note: setting.note, actor: actor)
            }
            return .stockSet(created: true, changed: true)
        }
        let change = setting.quantityOnHand - known.quantityOnHand
        // Checked before anything is written, because a refused command must change nothing.
        if change < 0 { try checkAvailable(-change, of: setting.record) }
        _ = setPolicy(
            PolicyChange(
                record: setting.record, reorderPoint: setting.reorderPoint ?? known.reorderPoint,
                reorderQuantity: setting.reorderQuantity ?? known.reorderQuantity),
            actor: actor)
        let record = state.records[setting.record.key] ?? known
        if change != 0 { write(.adjust, to: record, quantityChange: change, note: setting.note, actor: actor) }
        return .stockSet(created: false, changed: change != 0 || record.version != known.version)
    }

    mutating func setPolicy(_ change: PolicyChange, actor: String) -> Outcome {
        guard let place = state.records.place(of: change.record.key) else {
            var record = recordMakingOne(change.record)
            record.reorderPoint = change.reorderPoint
            record.reorderQuantity = change.reorderQuantity
            record.safetyStock = change.safetyStock ?? 0
            state.records[record.key] = record
            return .policy(record, created: true)
        }
        var record = state.records[place: place].record
        var changed: [String] = []
        func note(_ name: String, _ old: Int64, _ new: Int64) {
            if old != new { changed.append("\(name) \(old) to \(new)") }
        }
        let safetyStock = change.safetyStock ?? record.safetyStock
        note("reorder_point", record.reorderPoint, change.reorderPoint)
        note("reorder_quantity", record.reorderQuantity, change.reorderQuantity)
        note("safety_stock", record.safetyStock, safetyStock)
        guard !changed.isEmpty else { return .policy(record, created: false) }

        // Touch the record first, so that the old reorder point decides whether it was low before.
        touch(place)
        record.reorderPoint = change.reorderPoint
        record.reorderQuantity = change.reorderQuantity
        record.safetyStock = safetyStock
        state.records[place: place].record = record
        write(.policy, at: place, note: Note(reason: changed.joined(separator: ", ")), actor: actor)
        return .policy(state.records[place: place].record, created: false)
    }
}
