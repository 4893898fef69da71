package import Domain
package import PostgresClient

/// A row of `reservations`. It has its record's id, but neither SKU nor warehouse code.
package struct ReservationRow {
    package let id: ReservationID
    package let orderID: OrderID
    package let inventoryID: InventoryID
    package let quantity: Int64
    package let status: Reservation.Status
    package let expiresAt: Instant
    package let createdAt: Instant

    package static let columns =
        "id, order_id, inventory_id, quantity, status, release_reason, resolved_at, expires_at, created_at"
    package static let byOrder = PostgresStatement(
        "SELECT \(columns) FROM reservations WHERE order_id = ANY($1) ORDER BY id")
    /// The oldest overdue reservations of each record at an instant, after the key at which the last read ended.
    package static let overdue = PostgresStatement(
        """
        SELECT r.* FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[]) AS wanted(inventory_id, expires_at, id)
        CROSS JOIN LATERAL (
            SELECT \(columns) FROM reservations r
            WHERE r.inventory_id = wanted.inventory_id AND r.status = 'pending' AND r.expires_at <= $4
                AND (r.expires_at, r.id) > (wanted.expires_at, wanted.id)
            ORDER BY r.expires_at, r.id LIMIT $5
        ) r
        """)

    package static func all(_ result: PostgresResult) throws(PostgresError) -> [ReservationRow] {
        var rows: [ReservationRow] = []
        rows.reserveCapacity(result.rowCount)
        for index in 0..<result.rowCount {
            var row = result.row(index)
            rows.append(try ReservationRow(&row))
        }
        return rows
    }

    package init(_ row: inout PostgresRow) throws(PostgresError) {
        id = try row.next()
        orderID = try row.next()
        inventoryID = try row.next()
        quantity = try row.next()
        let status: String = try row.next()
        let reason: String? = try row.nextOptional()
        let resolvedAt: Instant? = try row.nextOptional()
        expiresAt = try row.next()
        createdAt = try row.next()
        switch (status, resolvedAt) {
        case ("confirmed", let at?): self.status = .confirmed(at: at)
        case ("released", let at?):
            self.status = .released(at: at, reason.flatMap(Reservation.ReleaseReason.init) ?? .cancelled)
        default: self.status = .pending
        }
    }

    package func reservation(of reference: RecordReference) -> Reservation {
        Reservation(
            id: id, orderID: orderID, inventoryID: inventoryID, reference: reference, quantity: quantity,
            status: status, expiresAt: expiresAt, createdAt: createdAt)
    }
}
