package import Domain
package import PostgresClient
package import PostgresDirectory
import PostgresRows
package import UseCases

/// Overdue reservations on PostgreSQL, by the index `reservations_pending_by_expiry`.
///
/// Takes no locks and holds no snapshot between pages: the next page lacks what another sweeper has released meanwhile,
/// and a release after the read only leaves the command less to do.
package struct PostgresOverdueRecords: OverdueRecords {
    private let lookups: PostgresClient
    private let directory: PostgresRecordDirectory

    /// - Parameter lookups: a client whose sessions have `KeySession`'s settings, so that every page is an index range scan,
    ///   even if the planner's statistics are stale because the table has just been filled or swept.
    package init(lookups: PostgresClient, directory: PostgresRecordDirectory) {
        self.lookups = lookups
        self.directory = directory
    }

    package func page(
        after position: OverduePosition?, until instant: Instant?, limit: Int
    ) async throws(ServiceFailure) -> OverduePage {
        var until = instant
        if until == nil {
            until = try await lookups.rows(PostgresQuery(Self.clock)) {
                (row: inout PostgresRow) throws(PostgresError) in try row.next(as: Instant.self)
            }.first
        }
        guard let until else { throw .internalFault(cause: "the database did not return the time") }
        let rows = try await lookups.rows(
            PostgresQuery(Self.overdue) { parameters in
                parameters.append(position.map(\.timestamp) ?? PostgresTimestamp(microseconds: .min))
                parameters.append(position?.id ?? ReservationID(high: 0, low: 0))
                parameters.append(until)
                parameters.append(Int64(limit))
            }, Row.init)
        return OverduePage(
            lines: try await lines(rows, until: until, limit: limit),
            instant: until,
            oldest: rows.first?.expired,
            next: rows.count < limit ? nil : rows.last.map { OverduePosition($0.expiresAt, $0.id) })
    }

    /// The records of a page and how many reservations of each are overdue, without those released since the page was read.
    private func lines(
        _ rows: [Row], until instant: Instant, limit: Int
    ) async throws(ServiceFailure) -> [OverduePage.Line] {
        guard !rows.isEmpty else { return [] }
        // In id order, which is roughly the order on disk, so that a command's records are neighbours there.
        let ids = Set(rows.map(\.inventoryID)).sorted()
        let counts = try await lookups.rows(
            PostgresQuery(Self.counts) { parameters in
                parameters.appendArray(ids)
                parameters.append(instant)
                parameters.append(Int64(limit))
            }
        ) { (row: inout PostgresRow) throws(PostgresError) in
            (id: try row.next(as: InventoryID.self), count: Int(try row.next(as: Int64.self)))
        }
        let references = try await directory.references(of: counts.map(\.id))
        return counts.compactMap { id, count in
            references[id].map { OverduePage.Line(record: $0, count: count) }
        }
    }

    private struct Row {
        let inventoryID: InventoryID
        let expiresAt: PostgresTimestamp
        /// The same in whole milliseconds.
        let expired: Instant
        let id: ReservationID

        init(_ row: inout PostgresRow) throws(PostgresError) {
            inventoryID = try row.next()
            expired = try row.value(1)
            expiresAt = try row.next()
            id = try row.next()
        }
    }

    private static let clock = PostgresStatement("SELECT clock_timestamp()")
    private static let overdue = PostgresStatement(
        """
        SELECT inventory_id, expires_at, id FROM reservations
        WHERE status = 'pending' AND expires_at <= $3 AND (expires_at, id) > ($1, $2)
        ORDER BY expires_at, id LIMIT $4
        """)
    /// How many of a record's reservations are overdue, counted no further than the limit.
    private static let counts = PostgresStatement(
        """
        SELECT wanted.id, found.count FROM unnest($1::uuid[]) AS wanted(id)
        CROSS JOIN LATERAL (
            SELECT count(*) FROM (
                SELECT FROM reservations r
                WHERE r.inventory_id = wanted.id AND r.status = 'pending' AND r.expires_at <= $2 LIMIT $3
            ) one
        ) found
        WHERE found.count > 0
        """)
}

extension OverduePosition {
    /// Microseconds between 1970-01-01 and 2000-01-01, where PostgreSQL's timestamps begin.
    private static let postgresEpoch: Int64 = 946_684_800_000_000

    fileprivate init(_ expiresAt: PostgresTimestamp, _ id: ReservationID) {
        self.init(expiresAtMicroseconds: expiresAt.microseconds + Self.postgresEpoch, id: id)
    }

    fileprivate var timestamp: PostgresTimestamp {
        PostgresTimestamp(microseconds: expiresAtMicroseconds - Self.postgresEpoch)
    }
}
