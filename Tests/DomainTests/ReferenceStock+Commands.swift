import Domain

extension ReferenceStock {
    /// Carries out a command and describes its result as text.
    mutating func run(_ command: Command) throws(Refused) -> String {
        switch command {
        case .move(let movement):
            return "moved " + (try move(movement))
        case .batch(let movements):
            return try batch(movements)
        case .reserve(let order):
            return try reserve(order)
        case .confirm(let order):
            return try confirm(order)
        case .release(let order):
            return try release(order)
        case .extend(let order, let seconds):
            return try extend(order, seconds)
        case .setPolicy(let change):
            return setPolicy(change)
        case .setStock(let setting):
            return try setStock(setting)
        case .expire:
            // `StepCheck` checks which reservations expired.
            return "expired"
        }
    }

    private mutating func batch(_ movements: [Movement]) throws(Refused) -> String {
        // Like the machine, check archived records first. The API does not promise which of two errors it reports.
        for (index, movement) in movements.enumerated() {
            guard let record = broughtInto(movement), let words = archived(record) else { continue }
            throw Refused(words: "operation \(index): \(words)")
        }
        let before = rows
        var answers: [String] = []
        for (index, movement) in movements.enumerated() {
            do throws(Refused) {
                answers.append(try move(movement))
            } catch {
                // A record that the batch itself created does not exist after the refusal.
                let isMade = error.short.map { before[$0] == nil } ?? false
                let words = isMade ? error.words.replacing(" of a record", with: " of none") : error.words
                throw Refused(words: "operation \(index): \(words)", short: error.short)
            }
        }
        return "batch " + answers.joined(separator: "; ")
    }

    /// The record that must not be archived, also in a batch, before anything is tried.
    private func broughtInto(_ movement: Movement) -> RecordReference? {
        switch movement {
        case .change(.receive, let change), .change(.return, let change): change.record
        case .change(.ship, _), .adjust, .transfer: nil
        }
    }

    private func archived(_ record: RecordReference) -> String? {
        if archivedProducts.contains(record.key.product) { return "archived \(record.sku)" }
        if archivedWarehouses.contains(record.key.warehouse) { return "archived \(record.warehouseCode)" }
        return nil
    }

    private func check(_ version: Int64?, _ record: RecordReference) throws(Refused) {
        let current = rows[record.key]?.version ?? 0
        guard let version, version != current, !ignoresVersions else { return }
        throw Refused(words: "version is \(current)")
    }

    private func need(_ units: Int64, _ record: RecordReference) throws(Refused) {
        guard available(record.key) < units else { return }
        let what = rows[record.key] == nil ? "none" : "a record"
        throw Refused(
            words: "short \(record.sku)/\(record.warehouseCode) \(available(record.key)) for \(units) of \(what)",
            short: record.key)
    }

    private func room(_ units: Int64, _ record: RecordReference) throws(Refused) {
        if (rows[record.key]?.onHand ?? 0) + units > 9_007_199_254_740_991 { throw Refused(words: "too high") }
    }

    private mutating func move(_ movement: Movement) throws(Refused) -> String {
        switch movement {
        case .change(.receive, let change):
            if let words = archived(change.record) { throw Refused(words: words) }
            try check(change.expectedVersion, change.record)
            return try apply("receive", change.quantity, change.record, change.note)
        case .change(.return, let change):
            if let words = archived(change.record) { throw Refused(words: words) }
            try check(change.expectedVersion, change.record)
            return try apply("return", change.quantity, change.record, change.note)
        case .change(.ship, let change):
            try check(change.expectedVersion, change.record)
            return try apply("ship", -change.quantity, change.record, change.note)
        case .adjust(let adjustment):
            try check(adjustment.expectedVersion, adjustment.record)
            let onHand = rows[adjustment.record.key]?.onHand ?? 0
            switch adjustment.target {
            case .change(let units):
                return try apply("adjust", units, adjustment.record, adjustment.note)
            case .count(onHand):
                return "\(onHand)→\(onHand) v\(rows[adjustment.record.key]?.version ?? 0) no row"
            case .count(let counted):
                return try apply("adjust", counted - onHand, adjustment.record, adjustment.note)
            }
        case .transfer(let transfer):
            _ = try apply("transfer_out", -transfer.quantity, transfer.source, transfer.note)
            _ = try apply("transfer_in", transfer.quantity, transfer.destination, transfer.note)
            return "transferred \(transfer.quantity)"
        }
    }

    private mutating func apply(
        _ kind: String, _ units: Int64, _ record: RecordReference, _ note: Note
    ) throws(Refused) -> String {
        if units < 0 { try need(-units, record) } else { try room(units, record) }
        let old = rows[record.key]?.onHand ?? 0
        write(kind, record, by: units, note: note)
        return "\(old)→\(old + units) v\(rows[record.key]?.version ?? 0) row"
    }

    private mutating func setPolicy(_ change: PolicyChange) -> String {
        let old = rows[change.record.key]
        var row = old ?? Row(updatedAt: now)
        row.point = change.reorderPoint
        row.quantity = change.reorderQuantity
        row.safety = change.safetyStock ?? row.safety
        rows[change.record.key] = row
        if let old, old != row { write("policy", change.record, note: Note(reason: "prose")) }
        return "policy " + figures(change.record.key) + (old == nil ? " created" : "")
    }

    private mutating func setStock(_ setting: StockSetting) throws(Refused) -> String {
        guard let old = rows[setting.record.key] else {
            if setting.quantityOnHand > 0, let words = archived(setting.record) { throw Refused(words: words) }
            rows[setting.record.key] = Row(updatedAt: now)
            rows[setting.record.key]?.point = setting.reorderPoint ?? 0
            rows[setting.record.key]?.quantity = setting.reorderQuantity ?? 1
            if setting.quantityOnHand > 0 {
                write("receive", setting.record, by: setting.quantityOnHand, note: setting.note)
            }
            return "set new"
        }
        let units = setting.quantityOnHand - old.onHand
        if units < 0 { try need(-units, setting.record) }
        var row = old
        row.point = setting.reorderPoint ?? old.point
        row.quantity = setting.reorderQuantity ?? old.quantity
        rows[setting.record.key] = row
        if old != row { write("policy", setting.record, note: Note(reason: "prose")) }
        if units != 0 { write("adjust", setting.record, by: units, note: setting.note) }
        return "set known" + (old != row || units != 0 ? " changed" : "")
    }

    /// A record's figures as text.
    func figures(_ key: RecordKey) -> String {
        guard let row = rows[key] else { return "none" }
        return "\(row.onHand) \(reserved(key)) \(row.point) \(row.quantity) \(row.safety) v\(row.version) "
            + "\(row.updatedAt.milliseconds)"
    }

    private mutating func reserve(_ order: ReserveOrder) throws(Refused) -> String {
        for item in order.items {
            if let words = archived(item.record) { throw Refused(words: words) }
        }
        for item in order.items {
            let wanted = order.items.reduce(0) { $1.record == item.record ? $0 + $1.quantity : $0 }
            try need(wanted, item.record)
        }
        let expiresAt = Instant(milliseconds: now.milliseconds + order.seconds * 1_000)
        for (item, id) in zip(order.items, ids) {
            pending.append(
                Held(
                    id: id, order: order.orderID, record: item.record, quantity: item.quantity, expiresAt: expiresAt))
            write("reserve", item.record, reserved: item.quantity, order: order.orderID)
        }
        return "reserved \(order.items.count) until \(expiresAt.milliseconds)"
    }

    // MARK: Orders

    private func standing(_ order: OrderID) throws(Refused) -> (pending: [Held], last: Set<State>) {
        let held = pending.filter { $0.order == order }
        let done = resolved[order] ?? []
        if held.isEmpty, done.isEmpty { throw Refused(words: "unknown order") }
        let last = done.map(\.resolvedBy).max() ?? 0
        return (held, Set(done.filter { $0.resolvedBy == last }.map(\.state)))
    }

    /// One command may have resolved some reservations as cancelled and others as expired; then both answers are valid.
    private func answer(_ last: Set<State>, _ words: (State) -> String) -> String {
        Set(last.map(words)).sorted().joined(separator: " or ")
    }

    private mutating func confirm(_ order: OrderID) throws(Refused) -> String {
        let (held, last) = try standing(order)
        if held.contains(where: { $0.expiresAt <= now }) { throw Refused(words: "expired") }
        if held.isEmpty {
            if last == [.confirmed] { return "confirmed" }
            throw Refused(words: answer(last) { $0 == .cancelled ? "already released" : "expired" })
        }
        for held in held { resolve(held.id, "confirm", as: .confirmed) }
        return "confirmed"
    }

    private mutating func release(_ order: OrderID) throws(Refused) -> String {
        let (held, last) = try standing(order)
        if held.isEmpty, last == [.confirmed] { throw Refused(words: "already confirmed") }
        for held in held {
            let isOverdue = held.expiresAt <= now
            resolve(held.id, isOverdue ? "expire" : "release", as: isOverdue ? .expired : .cancelled)
        }
        return "released"
    }

    private mutating func extend(_ order: OrderID, _ seconds: Int64) throws(Refused) -> String {
        let (held, last) = try standing(order)
        if held.contains(where: { $0.expiresAt <= now }) { throw Refused(words: "expired") }
        if held.isEmpty {
            throw Refused(
                words: answer(last) { state in
                    state == .confirmed ? "already confirmed" : state == .cancelled ? "already released" : "expired"
                })
        }
        let expiresAt = Instant(milliseconds: now.milliseconds + seconds * 1_000)
        for index in pending.indices where pending[index].order == order { pending[index].expiresAt = expiresAt }
        return "extended until \(expiresAt.milliseconds)"
    }
}
