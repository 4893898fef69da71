package import Domain
package import PostgresClient
import PostgresRows
package import UseCases

/// The dashboard's reads on PostgreSQL, each by an index.
package struct PostgresDashboardQueries: DashboardQueries {
    /// The end of the server's write-ahead log, read from shared memory. Every commit moves it.
    private static let changeMark = PostgresStatement("SELECT pg_current_wal_insert_lsn()::text")
    private static let procurement = PostgresStatement(
        """
        SELECT a.inventory_id, a.id, a.status, a.acknowledged_by, s.id, s.quantity,
            (s.unit_price * 100)::bigint, s.status, s.decided_by
        FROM low_stock_alerts a LEFT JOIN purchase_order_suggestions s ON s.alert_id = a.id
        WHERE a.inventory_id = ANY($1) AND a.status <> 'resolved'
        """)
    private static let openReservations = PostgresStatement(
        """
        SELECT r.order_id, w.code, r.quantity, r.expires_at
        FROM inventory i JOIN warehouses w ON w.id = i.warehouse_id
        JOIN reservations r ON r.inventory_id = i.id AND r.status = 'pending'
        WHERE i.product_id = $1 ORDER BY r.expires_at, r.id LIMIT $2
        """)
    private static let totals = PostgresStatement(
        """
        SELECT count(*), coalesce(sum(quantity_on_hand), 0)::bigint, coalesce(sum(quantity_reserved), 0)::bigint,
            count(*) FILTER (WHERE is_low_stock)
        FROM inventory WHERE product_id = $1
        """)

    private let client: PostgresClient

    /// - Parameter client: for look-ups; its sessions have `KeySession`'s settings.
    package init(client: PostgresClient) {
        self.client = client
    }

    package func changeMark() async throws(ServiceFailure) -> String {
        let rows = try await client.rows(PostgresQuery(Self.changeMark)) {
            (row: inout PostgresRow) throws(PostgresError) -> String in try row.next()
        }
        return rows.first ?? ""
    }

    package func procurement(
        of records: [InventoryID]
    ) async throws(ServiceFailure) -> [InventoryID: ProcurementState] {
        guard !records.isEmpty else { return [:] }
        let query = PostgresQuery(Self.procurement) { $0.appendArray(records) }
        let rows = try await client.rows(query) { (row: inout PostgresRow) throws(PostgresError) in
            (try row.next(as: InventoryID.self), try ProcurementState(&row))
        }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }

    package func openReservations(
        of product: ProductID, limit: Int
    ) async throws(ServiceFailure) -> [OpenReservation] {
        let query = PostgresQuery(Self.openReservations) { parameters in
            parameters.append(product)
            parameters.append(Int64(limit))
        }
        return try await client.rows(query) { (row: inout PostgresRow) throws(PostgresError) in
            OpenReservation(
                orderID: try row.next(), warehouseCode: try row.nextWarehouseCode(), quantity: try row.next(),
                expiresAt: try row.next())
        }
    }

    package func totals(of product: ProductID) async throws(ServiceFailure) -> ProductTotals {
        let rows = try await client.rows(PostgresQuery(Self.totals) { $0.append(product) }) {
            (row: inout PostgresRow) throws(PostgresError) in
            ProductTotals(
                records: try row.next(), onHand: try row.next(), reserved: try row.next(), lowRecords: try row.next())
        }
        return rows.first ?? ProductTotals(records: 0, onHand: 0, reserved: 0, lowRecords: 0)
    }
}

extension ProcurementState {
    fileprivate init(_ row: inout PostgresRow) throws(PostgresError) {
        let alert: AlertID = try row.next()
        let status: AlertView.Status = try row.nextEnum()
        let acknowledgedBy: String? = try row.nextOptional()
        let suggestionID: SuggestionID? = try row.nextOptional()
        let quantity: Int64? = try row.nextOptional()
        let hundredths: Int64? = try row.nextOptional()
        let word: String? = try row.nextOptional()
        let decidedBy: String? = try row.nextOptional()
        var suggestion: Suggestion?
        if let suggestionID, let quantity, let hundredths, let status = word.flatMap(SuggestionView.Status.init) {
            suggestion = Suggestion(
                id: suggestionID, quantity: quantity, unitPrice: Money(hundredths: hundredths), status: status,
                decidedBy: decidedBy)
        }
        self.init(alert: alert, alertStatus: status, acknowledgedBy: acknowledgedBy, suggestion: suggestion)
    }
}
