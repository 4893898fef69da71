import Domain
import PostgresClient

/// Finds out on a new connection whether a COMMIT whose answer was lost took effect.
///
/// `pg_xact_status` alone is not enough: after a crash the server may reuse the transaction's id if nothing of the
/// transaction had reached the log. So a commit counts only if a row exists that this batch alone can have written.
struct CommitFate {
    enum Verdict {
        case committed
        case aborted
        /// The old session is still running it.
        case inProgress
        /// The server no longer knows.
        case unknown
    }

    let transaction: String
    /// The last ledger row of the batch, if it wrote one.
    private let row: LedgerEntry?
    private let reservation: Reservation?
    private let created: InventoryID?

    init(transaction: String, machine: StockMachine) {
        self.transaction = transaction
        row = machine.changes.ledger.last
        reservation = machine.changes.changedReservations.first.flatMap { machine.reservation($0) }
        created = machine.changes.createdRecords.first.flatMap { machine.record($0)?.id }
    }

    func queries() -> [PostgresQuery] {
        var queries = [PostgresQuery(Self.status) { $0.append(transaction) }]
        if let row {
            queries.append(
                PostgresQuery(Self.ledgerRow) { parameters in
                    parameters.append(row.inventoryID)
                    parameters.append(row.version)
                })
        } else if let reservation {
            queries.append(PostgresQuery(Self.expiry) { $0.append(reservation.id) })
        } else if let created {
            queries.append(PostgresQuery(Self.record) { $0.append(created) })
        }
        return queries
    }

    func verdict(_ results: [PostgresResult]) throws(PostgresError) -> Verdict {
        guard let first = results.first, first.rowCount == 1 else { return .unknown }
        let status: String? = try first.row(0).optionalValue(0)
        switch status {
        case "committed": break
        case "aborted": return .aborted
        case "in progress": return .inProgress
        default: return .unknown
        }
        guard results.count > 1 else { return .committed }
        guard results[1].rowCount == 1 else { return .aborted }
        if let row {
            return try results[1].row(0).value(0, as: TransactionID.self) == row.id ? .committed : .aborted
        }
        guard reservation != nil else { return .committed }
        return try results[1].row(0).value(0, as: Instant.self) == reservation?.expiresAt ? .committed : .aborted
    }

    /// Whether the server has not assigned the id yet (22023): a crash took it back, so the COMMIT had no effect.
    static func isFromTheFuture(_ error: PostgresError) -> Bool { error.sqlState == "22023" }

    private static let status = PostgresStatement("SELECT pg_xact_status($1::text::xid8)")
    private static let ledgerRow = PostgresStatement(
        "SELECT id FROM inventory_transactions WHERE inventory_id = $1 AND version = $2")
    private static let record = PostgresStatement("SELECT id FROM inventory WHERE id = $1")
    private static let expiry = PostgresStatement("SELECT expires_at FROM reservations WHERE id = $1")
}
