import Domain
import PostgresClient
import UseCases

/// The save stage: a batch's changes and its COMMIT, in one pipelined round trip.
///
/// Nobody counts rows in between, so every statement that could miss a row raises in SQL (`assert_rows`). Rows are
/// written in the order of their keys wherever another writer could wait for one of them.
struct BatchSave {
    let machine: StockMachine
    private let changes: StockChanges
    private let kept: [(key: RequestKey, answer: KeptAnswer)]

    /// - Parameter kept: the answers to requests with an idempotency key.
    init(_ machine: StockMachine, keeping kept: [(key: RequestKey, answer: KeptAnswer)] = []) {
        self.machine = machine
        changes = machine.changes
        self.kept = kept
    }

    var isEmpty: Bool { changes.isEmpty && kept.isEmpty }

    /// All of it, and the COMMIT.
    func queries() -> [PostgresQuery] {
        statements() + [PostgresQuery(Self.commit)]
    }

    /// All of it, for a transaction that goes on.
    func statements() -> [PostgresQuery] {
        var queries: [PostgresQuery] = []
        if !changes.createdRecords.isEmpty { queries.append(insertRecords()) }
        if !changes.loadedVersions.isEmpty { queries.append(updateRecords()) }
        if !changes.createdReservations.isEmpty { queries.append(insertReservations()) }
        if !changes.changedReservations.isEmpty { queries.append(updateReservations()) }
        if !changes.ledger.isEmpty { queries.append(insertLedger()) }
        if !changes.recoveredRecords.isEmpty {
            queries.append(resolveAlerts())
            queries.append(withdrawSuggestions())
        }
        if !changes.openAlerts.isEmpty || !changes.resolvedAlerts.isEmpty {
            let alerts = changes.resolvedAlerts + changes.openAlerts.values.sorted { $0.inventoryID < $1.inventoryID }
            queries.append(insertAlerts(alerts))
            queries.append(insertSuggestions(alerts))
            queries.append(PostgresQuery(Self.insertDeliveries) { $0.appendArray(alerts.map(\.id)) })
        }
        // Last, so that nobody waits for a key that another transaction is at while there is work to do.
        if !kept.isEmpty { queries.append(KeptRow.insert(kept)) }
        return queries
    }

    /// The states that the commit makes, for the cache.
    func publishedRecords() -> [InventoryRecord] {
        let keys = changes.createdRecords.union(changes.loadedVersions.keys)
        return keys.compactMap { machine.record($0) }
    }

    // MARK: Records

    private func insertRecords() -> PostgresQuery {
        // By key, so that two writers that create the same records meet in the same order.
        let records = changes.createdRecords.sorted().compactMap { machine.record($0) }
        return PostgresQuery(Self.insertRecords) { parameters in
            parameters.appendArray(records.map(\.id))
            parameters.appendArray(records.map(\.key.product))
            parameters.appendArray(records.map(\.key.warehouse))
            parameters.appendArray(records.map(\.quantityOnHand))
            parameters.appendArray(records.map(\.quantityReserved))
            parameters.appendArray(records.map(\.reorderPoint))
            parameters.appendArray(records.map(\.reorderQuantity))
            parameters.appendArray(records.map(\.safetyStock))
            parameters.appendArray(records.map(\.version))
            parameters.append(machine.now)
        }
    }

    private func updateRecords() -> PostgresQuery {
        let changed = changes.loadedVersions.compactMap { key, version in
            machine.record(key).map { (expected: version, record: $0) }
        }
        let hasPolicy = changes.ledger.contains { $0.kind == .policy }
        return PostgresQuery(hasPolicy ? Self.updateRecordsAndPolicies : Self.updateRecords) { parameters in
            parameters.appendArray(changed.map(\.record.id))
            parameters.appendArray(changed.map(\.expected))
            parameters.appendArray(changed.map(\.record.quantityOnHand))
            parameters.appendArray(changed.map(\.record.quantityReserved))
            parameters.appendArray(changed.map(\.record.version))
            parameters.append(machine.now)
            if hasPolicy {
                parameters.appendArray(changed.map(\.record.reorderPoint))
                parameters.appendArray(changed.map(\.record.reorderQuantity))
                parameters.appendArray(changed.map(\.record.safetyStock))
            }
        }
    }

    // MARK: Reservations

    private func insertReservations() -> PostgresQuery {
        let reservations = changes.createdReservations.compactMap { machine.reservation($0) }
        return PostgresQuery(Self.insertReservations) { parameters in
            parameters.appendArray(reservations.map(\.id))
            parameters.appendArray(reservations.map(\.orderID))
            parameters.appendArray(reservations.map(\.inventoryID))
            parameters.appendArray(reservations.map(\.quantity))
            parameters.appendArray(reservations.map(\.status.name))
            parameters.appendArray(nullable: reservations.map(\.status.releaseReason))
            parameters.appendArray(nullable: reservations.map(\.resolvedAt))
            parameters.appendArray(reservations.map(\.expiresAt))
            parameters.append(machine.now)
        }
    }

    private func updateReservations() -> PostgresQuery {
        let reservations = changes.changedReservations.compactMap { machine.reservation($0) }
        return PostgresQuery(Self.updateReservations) { parameters in
            parameters.appendArray(reservations.map(\.id))
            parameters.appendArray(reservations.map(\.status.name))
            parameters.appendArray(nullable: reservations.map(\.status.releaseReason))
            parameters.appendArray(nullable: reservations.map(\.resolvedAt))
            parameters.appendArray(reservations.map(\.expiresAt))
        }
    }

    // MARK: Ledger

    private func insertLedger() -> PostgresQuery {
        let ledger = changes.ledger
        return PostgresQuery(Self.insertLedger) { parameters in
            parameters.appendArray(ledger.map(\.id))
            parameters.appendArray(ledger.map(\.inventoryID))
            parameters.appendArray(ledger.map(\.version))
            parameters.appendArray(ledger.map(\.kind.rawValue))
            parameters.appendArray(ledger.map(\.quantityChange))
            parameters.appendArray(ledger.map(\.quantityAfter))
            parameters.appendArray(ledger.map(\.reservedChange))
            parameters.appendArray(ledger.map(\.reservedAfter))
            parameters.appendArray(nullable: ledger.map(\.orderID))
            parameters.appendArray(nullable: ledger.map(\.reason))
            parameters.appendArray(nullable: ledger.map(\.reference))
            parameters.appendArray(ledger.map(\.actor))
            parameters.append(machine.now)
        }
    }

    // MARK: Alerts

    private func resolveAlerts() -> PostgresQuery {
        PostgresQuery(Self.resolveAlerts) { parameters in
            parameters.appendArray(changes.recoveredRecords.sorted())
            parameters.append(machine.now)
        }
    }

    private func withdrawSuggestions() -> PostgresQuery {
        PostgresQuery(Self.withdrawSuggestions) { parameters in
            parameters.appendArray(changes.recoveredRecords.sorted())
            parameters.append(machine.now)
        }
    }

    private func insertAlerts(_ alerts: [LowStockAlert]) -> PostgresQuery {
        PostgresQuery(Self.insertAlerts) { parameters in
            parameters.appendArray(alerts.map(\.id))
            parameters.appendArray(alerts.map(\.inventoryID))
            parameters.appendArray(alerts.map(\.quantityAvailable))
            parameters.appendArray(alerts.map(\.reorderPoint))
            parameters.appendArray(nullable: alerts.map(\.resolvedAt))
            parameters.append(machine.now)
        }
    }

    private func insertSuggestions(_ alerts: [LowStockAlert]) -> PostgresQuery {
        PostgresQuery(Self.insertSuggestions) { parameters in
            parameters.appendArray(alerts.map(\.suggestionID))
            parameters.appendArray(alerts.map(\.id))
            parameters.appendArray(alerts.map(\.inventoryID))
            parameters.appendArray(alerts.map(\.suggestedQuantity))
            parameters.appendArray(alerts.map(\.quantityAvailable))
            parameters.appendArray(alerts.map(\.reorderPoint))
            parameters.appendArray(nullable: alerts.map(\.resolvedAt))
            parameters.append(machine.now)
        }
    }
}

extension Reservation.Status {
    /// As the table says it.
    fileprivate var name: String {
        switch self {
        case .pending: "pending"
        case .confirmed: "confirmed"
        case .released: "released"
        }
    }

    fileprivate var releaseReason: String? {
        if case .released(_, let reason) = self { reason.rawValue } else { nil }
    }
}
