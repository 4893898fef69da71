package import Domain
package import PostgresClient
import PostgresRows
package import UseCases

/// The save stage: a batch's changes and its COMMIT, in one pipelined round trip.
///
/// The client does not check row counts before the COMMIT, so every statement that could miss a row raises in SQL
/// (`assert_rows`). Rows that another writer could wait for are written in key order.
package struct BatchSave {
    let machine: StockMachine
    private let changes: StockChanges
    private let kept: [(key: RequestKey, answer: KeptAnswer)]

    /// - Parameter kept: the answers to requests with an idempotency key.
    package init(_ machine: StockMachine, keeping kept: [(key: RequestKey, answer: KeptAnswer)] = []) {
        self.machine = machine
        changes = machine.changes
        self.kept = kept
    }

    var isEmpty: Bool { changes.isEmpty && kept.isEmpty }

    /// All statements and the COMMIT.
    package func queries() -> [PostgresQuery] {
        statements() + [PostgresQuery(Self.commit)]
    }

    /// All statements without the COMMIT, for a transaction that continues.
    func statements() -> [PostgresQuery] {
        var queries: [PostgresQuery] = []
        if !changes.createdRecords.isEmpty { queries.append(insertRecords()) }
        if !changes.newReservations.isEmpty { queries.append(insertReservations()) }
        if !changes.changedReservations.isEmpty { queries.append(updateReservations()) }
        if !changes.ledger.isEmpty { queries.append(insertLedger()) }
        // After the rows that refer to them: a foreign key's check of a locked row has nothing to do, while the check of an
        // updated row writes another lock into it.
        let changed = machine.changedRecords
        if !changed.isEmpty { queries.append(updateRecords(changed)) }
        if !changes.recoveredRecords.isEmpty {
            queries.append(resolveAlerts())
            queries.append(withdrawSuggestions())
        }
        if !changes.openAlerts.isEmpty || !changes.resolvedAlerts.isEmpty {
            let alerts = changes.resolvedAlerts + changes.openAlerts.values.sorted { $0.inventoryID < $1.inventoryID }
            queries.append(insertAlerts(alerts))
            queries.append(insertSuggestions(alerts))
            queries.append(PostgresQuery(Self.insertDeliveries) { $0.appendArray(of: alerts) { $0.id } })
        }
        // Last: an insert may wait for another transaction's key, and the other statements should not wait with it.
        if !kept.isEmpty { queries.append(KeptRow.insert(kept)) }
        return queries
    }

    /// The record states that the commit writes, for the cache.
    func publishedRecords() -> [InventoryRecord] {
        machine.changedRecords.map(\.record) + changes.createdRecords.compactMap { machine.record($0) }
    }

    // MARK: Records

    private func insertRecords() -> PostgresQuery {
        // By key, so that two writers of the same new records insert them in the same order.
        let records = changes.createdRecords.sorted().compactMap { machine.record($0) }
        return PostgresQuery(Self.insertRecords) { parameters in
            parameters.appendArray(of: records) { $0.id }
            parameters.appendArray(of: records) { $0.key.product }
            parameters.appendArray(of: records) { $0.key.warehouse }
            parameters.appendArray(of: records) { $0.quantityOnHand }
            parameters.appendArray(of: records) { $0.quantityReserved }
            parameters.appendArray(of: records) { $0.reorderPoint }
            parameters.appendArray(of: records) { $0.reorderQuantity }
            parameters.appendArray(of: records) { $0.safetyStock }
            parameters.appendArray(of: records) { $0.version }
            parameters.append(machine.now)
        }
    }

    private func updateRecords(_ changed: [(expected: Int64, record: InventoryRecord)]) -> PostgresQuery {
        let hasPolicy = changes.ledger.contains { $0.kind == .policy }
        return PostgresQuery(hasPolicy ? Self.updateRecordsAndPolicies : Self.updateRecords) { parameters in
            parameters.appendArray(of: changed) { $0.record.id }
            parameters.appendArray(of: changed) { $0.expected }
            parameters.appendArray(of: changed) { $0.record.quantityOnHand }
            parameters.appendArray(of: changed) { $0.record.quantityReserved }
            parameters.appendArray(of: changed) { $0.record.version }
            parameters.append(machine.now)
            if hasPolicy {
                parameters.appendArray(of: changed) { $0.record.reorderPoint }
                parameters.appendArray(of: changed) { $0.record.reorderQuantity }
                parameters.appendArray(of: changed) { $0.record.safetyStock }
            }
        }
    }

    // MARK: Reservations

    private func insertReservations() -> PostgresQuery {
        let reservations = changes.newReservations
        return PostgresQuery(Self.insertReservations) { parameters in
            parameters.appendArray(of: reservations) { $0.id }
            parameters.appendArray(of: reservations) { $0.orderID }
            parameters.appendArray(of: reservations) { $0.inventoryID }
            parameters.appendArray(of: reservations) { $0.quantity }
            parameters.appendArray(of: reservations) { $0.status.name }
            parameters.appendArray(nullableOf: reservations) { $0.status.releaseReason }
            parameters.appendArray(nullableOf: reservations) { $0.resolvedAt }
            parameters.appendArray(of: reservations) { $0.expiresAt }
            parameters.append(machine.now)
        }
    }

    private func updateReservations() -> PostgresQuery {
        let reservations = changes.changedReservations.compactMap { machine.reservation($0) }
        return PostgresQuery(Self.updateReservations) { parameters in
            parameters.appendArray(of: reservations) { $0.id }
            parameters.appendArray(of: reservations) { $0.status.name }
            parameters.appendArray(nullableOf: reservations) { $0.status.releaseReason }
            parameters.appendArray(nullableOf: reservations) { $0.resolvedAt }
            parameters.appendArray(of: reservations) { $0.expiresAt }
        }
    }

    // MARK: Ledger

    private func insertLedger() -> PostgresQuery {
        let ledger = changes.ledger
        return PostgresQuery(Self.insertLedger) { parameters in
            parameters.appendArray(of: ledger) { $0.id }
            parameters.appendArray(of: ledger) { $0.inventoryID }
            parameters.appendArray(of: ledger) { $0.version }
            parameters.appendArray(of: ledger) { $0.kind.rawValue }
            parameters.appendArray(of: ledger) { $0.quantityChange }
            parameters.appendArray(of: ledger) { $0.quantityAfter }
            parameters.appendArray(of: ledger) { $0.reservedChange }
            parameters.appendArray(of: ledger) { $0.reservedAfter }
            parameters.appendArray(nullableOf: ledger) { $0.orderID }
            parameters.appendArray(nullableOf: ledger) { $0.reason }
            parameters.appendArray(nullableOf: ledger) { $0.reference }
            parameters.appendArray(of: ledger) { $0.actor }
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
            parameters.appendArray(of: alerts) { $0.id }
            parameters.appendArray(of: alerts) { $0.inventoryID }
            parameters.appendArray(of: alerts) { $0.quantityAvailable }
            parameters.appendArray(of: alerts) { $0.reorderPoint }
            parameters.appendArray(nullableOf: alerts) { $0.resolvedAt }
            parameters.append(machine.now)
        }
    }

    private func insertSuggestions(_ alerts: [LowStockAlert]) -> PostgresQuery {
        PostgresQuery(Self.insertSuggestions) { parameters in
            parameters.appendArray(of: alerts) { $0.suggestionID }
            parameters.appendArray(of: alerts) { $0.id }
            parameters.appendArray(of: alerts) { $0.inventoryID }
            parameters.appendArray(of: alerts) { $0.suggestedQuantity }
            parameters.appendArray(of: alerts) { $0.quantityAvailable }
            parameters.appendArray(of: alerts) { $0.reorderPoint }
            parameters.appendArray(nullableOf: alerts) { $0.resolvedAt }
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
