import Domain

/// Compares one decided command with the reference.
struct StepCheck {
    let command: Command
    let actor: String
    let result: Result<Outcome, StockRefusal>

    /// Applies the machine's releases of overdue reservations to the reference. Checks that the command was short of
    /// the record's units and that each released reservation was overdue. Call it before comparing the command itself.
    static func releaseForShortage(
        _ rows: [LedgerEntry], of command: Command, in model: inout ReferenceStock,
        keys: (InventoryID) -> RecordKey?
    ) -> [String] {
        var faults: [String] = []
        var last: RecordKey?
        let actor = model.actor
        for row in rows {
            guard let key = keys(row.inventoryID) else { return ["released units without a record"] }
            if key != last {
                // Checked at the start of a slice only: the machine may release the whole slice even if a part would be
                // enough.
                if case .failure(let refused) = model.trying(command), refused.short == key {
                    last = key
                } else {
                    faults.append("units were released although the command was not short of them")
                }
            }
            guard
                let held = model.overdue(key).first(where: {
                    $0.quantity == -row.reservedChange && $0.order == row.orderID
                })
            else { return faults + ["a released reservation was not overdue"] }
            model.actor = StockMachine.expiryActor
            model.releaseForShortage(held)
            model.actor = actor
        }
        return faults
    }

    /// Runs the command on the reference and compares the results.
    /// - Parameters:
    ///   - rows: the ledger rows that the command itself wrote.
    ///   - mayConflict: whether overdue units of its records were released before it was decided.
    func compare(
        with model: inout ReferenceStock, rows: [LedgerEntry], mayConflict: Bool, keys: (InventoryID) -> RecordKey?
    ) -> [String] {
        if case .expire(let records) = command { return compareExpiry(of: records, rows, &model, keys) }
        let answer = describe(result)
        if mayConflict {
            // `ExpiryTests` covers this; here both results are accepted.
            if answer.contains("version is") {
                model.settleAll(since: model)
                return []
            }
            model.ignoresVersions = true
        }
        defer { model.ignoresVersions = false }
        if case .success(.reserved(let order, let ids, _)) = result {
            model.ids = ids
            if order != command.orderOfReserve { return ["reserved for another order"] }
        }
        switch model.carryOut({ trial throws(ReferenceStock.Refused) in try trial.run(command) }) {
        case .success(let expected):
            return answer == expected ? [] : ["answered \(answer), expected \(expected)"]
        case .failure(let refused):
            if let short = refused.short, !model.overdue(short).isEmpty { return ["short, but units are overdue"] }
            let expected = refused.words.split(separator: " or ").map(String.init)
            return expected.contains(answer) ? [] : ["answered \(answer), expected \(refused.words)"]
        }
    }

    private func compareExpiry(
        of records: [RecordReference], _ rows: [LedgerEntry], _ model: inout ReferenceStock,
        _ keys: (InventoryID) -> RecordKey?
    ) -> [String] {
        guard case .success(.expired(let count, let isComplete)) = result else { return ["expire was refused"] }
        var faults = count == rows.count ? [] : ["expired \(count), but \(rows.count) rows"]
        _ = model.carryOut { trial throws(ReferenceStock.Refused) in
            for row in rows {
                let held = keys(row.inventoryID).flatMap { key in
                    trial.overdue(key).first { $0.quantity == -row.reservedChange && $0.order == row.orderID }
                }
                guard let held, records.contains(held.record) else {
                    faults.append("expired a wrong reservation")
                    continue
                }
                trial.resolve(held.id, "expire", as: .expired)
            }
            return ""
        }
        if isComplete, records.contains(where: { !model.overdue($0.key).isEmpty }) {
            faults.append("isComplete is wrong")
        }
        return faults
    }
}

extension ReferenceStock {
    /// The result that the command would have; changes nothing.
    func trying(_ command: Command) -> Result<String, Refused> {
        var copy = self
        copy.ignoresVersions = true
        copy.ids = []
        return copy.carryOut { trial throws(Refused) in try trial.run(command) }
    }
}

extension Command {
    fileprivate var orderOfReserve: OrderID? {
        if case .reserve(let order) = self { order.orderID } else { nil }
    }
}
