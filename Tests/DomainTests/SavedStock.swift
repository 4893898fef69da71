import Domain

/// A store that saves a machine's changes as the database would, and reports changes that the database would refuse.
struct SavedStock {
    struct Alert: Equatable {
        let alert: LowStockAlert
        var resolvedAt: Instant?
    }

    var records: [RecordKey: InventoryRecord] = [:]
    var reservations: [ReservationID: Reservation] = [:]
    var ledger: [RecordKey: [LedgerEntry]] = [:]
    var alerts: [RecordKey: [Alert]] = [:]
    private var keys: [InventoryID: RecordKey] = [:]
    private var ids: Set<TransactionID> = []

    func reservations(of order: OrderID) -> [Reservation] {
        reservations.values.filter { $0.orderID == order }.sorted { $0.id < $1.id }
    }

    /// - Returns: the errors in the changes; empty if they are consistent.
    mutating func save(_ machine: StockMachine) -> [String] {
        var faults: [String] = []
        func check(_ isTrue: Bool, _ what: String) { if !isTrue { faults.append(what) } }
        let changes = machine.changes
        check(changes.createdRecords.isDisjoint(with: changes.loadedVersions.keys), "a new record was also loaded")
        for key in changes.createdRecords {
            check(records[key] == nil, "a record is created twice")
            records[key] = machine.record(key)
            if let id = machine.record(key)?.id { keys[id] = key }
        }
        for (key, version) in changes.loadedVersions {
            check(records[key]?.version == version, "loaded version \(version) is not the saved one")
            check(machine.record(key)?.id == records[key]?.id, "a record changed its id")
            records[key] = machine.record(key)
        }
        var rowsOf: [RecordKey: Int64] = [:]
        for entry in changes.ledger {
            guard let key = keys[entry.inventoryID] else {
                check(false, "a ledger row without a record")
                continue
            }
            let last = ledger[key]?.last
            check(entry.version == (last?.version ?? 0) + 1, "a gap before version \(entry.version)")
            check(entry.quantityBefore == last?.quantityAfter ?? 0, "rows do not add up: on hand")
            check(entry.reservedBefore == last?.reservedAfter ?? 0, "rows do not add up: reserved")
            check(entry.createdAt == machine.now, "a row has another instant")
            check(entry.createdAt >= last?.createdAt ?? entry.createdAt, "a row goes back in time")
            check(0 <= entry.reservedAfter && entry.reservedAfter <= entry.quantityAfter, "more reserved than on hand")
            check(ids.insert(entry.id).inserted, "a ledger id is not unique")
            ledger[key, default: []].append(entry)
            rowsOf[key, default: 0] += 1
        }
        check(
            Set(rowsOf.keys).isSubset(of: changes.createdRecords.union(changes.loadedVersions.keys)),
            "a row of an unchanged record")
        check(Set(changes.loadedVersions.keys).isSubset(of: rowsOf.keys), "a loaded record changed without a row")
        for (key, rows) in rowsOf {
            let before = changes.loadedVersions[key] ?? 0
            check(records[key]?.version == before + rows, "version does not count the rows")
        }
        faults += saveReservations(machine) + saveAlerts(machine)
        let isEmpty =
            changes.createdRecords.isEmpty && changes.loadedVersions.isEmpty && changes.createdReservations.isEmpty
            && changes.changedReservations.isEmpty && changes.recoveredRecords.isEmpty && changes.openAlerts.isEmpty
            && changes.resolvedAlerts.isEmpty
        check(changes.isEmpty == isEmpty, "isEmpty is wrong")
        return faults
    }

    private mutating func saveReservations(_ machine: StockMachine) -> [String] {
        var faults: [String] = []
        let changes = machine.changes
        if Set(changes.createdReservations).count != changes.createdReservations.count {
            faults.append("created twice")
        }
        for id in changes.createdReservations {
            if reservations[id] != nil || changes.changedReservations.contains(id) {
                faults.append("created and loaded")
            }
            reservations[id] = machine.reservation(id)
        }
        for id in changes.changedReservations {
            if reservations[id]?.isPending != true { faults.append("a resolved reservation changed again") }
            reservations[id] = machine.reservation(id)
        }
        return faults
    }

    private mutating func saveAlerts(_ machine: StockMachine) -> [String] {
        var faults: [String] = []
        let changes = machine.changes
        for id in changes.recoveredRecords {
            guard let key = keys[id], let last = alerts[key]?.indices.last, alerts[key]?[last].resolvedAt == nil else {
                faults.append("a record without an alert recovered")
                continue
            }
            alerts[key]?[last].resolvedAt = machine.now
        }
        let raised = changes.resolvedAlerts + changes.openAlerts.values
        for alert in raised {
            guard let key = keys[alert.inventoryID] else {
                faults.append("an alert without a record")
                continue
            }
            if let last = alerts[key]?.last, last.resolvedAt == nil { faults.append("two unresolved alerts") }
            if alert.createdAt != machine.now { faults.append("an alert has another instant") }
            alerts[key, default: []].append(Alert(alert: alert, resolvedAt: alert.resolvedAt))
        }
        for alert in changes.resolvedAlerts where alert.resolvedAt != machine.now {
            faults.append("an alert was resolved at another instant")
        }
        for (id, alert) in changes.openAlerts where alert.resolvedAt != nil || alert.inventoryID != id {
            faults.append("an open alert is not open")
        }
        for (key, record) in records {
            let open = alerts[key, default: []].count { $0.resolvedAt == nil }
            if open != (record.isLowStock ? 1 : 0) { faults.append("\(open) open alerts, low: \(record.isLowStock)") }
        }
        return faults
    }
}
