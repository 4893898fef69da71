import Domain
import PostgresClient
import PostgresRows
import UseCases

/// An alert with the names of its record and the state of its email.
enum AlertRow {
    /// Selects the page first and joins the rest by keys, so that one plan serves tables of any size.
    private static func select(_ page: String) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT a.id, a.inventory_id, p.sku, p.name, w.code, a.quantity_available, a.reorder_point, a.status,
                a.created_at, a.acknowledged_at, a.acknowledged_by, a.resolved_at, s.id, e.status, e.attempts, e.sent_at,
                e.message_id, e.last_error
            FROM (SELECT * FROM low_stock_alerts WHERE \(page)) a
            JOIN inventory i ON i.id = a.inventory_id
            JOIN products p ON p.id = i.product_id
            JOIN warehouses w ON w.id = i.warehouse_id
            LEFT JOIN LATERAL (
                SELECT id FROM purchase_order_suggestions WHERE alert_id = a.id LIMIT 1
            ) s ON true
            LEFT JOIN LATERAL (
                SELECT m.status, m.attempts, m.sent_at, m.message_id, m.last_error
                FROM alert_deliveries d JOIN outbound_emails m ON m.id = d.email_id WHERE d.alert_id = a.id LIMIT 1
            ) e ON true
            ORDER BY a.id DESC
            """)
    }
    static let all = select("id < $1 ORDER BY id DESC LIMIT $2")
    static let byStatus = select("status = $3 AND id < $1 ORDER BY id DESC LIMIT $2")
    static let byID = select("id = $1")
    static let acknowledge = PostgresStatement(
        """
        UPDATE low_stock_alerts SET status = 'acknowledged', acknowledged_by = $2,
            acknowledged_at = date_trunc('milliseconds', clock_timestamp())
        WHERE id = $1 AND status = 'open'
        """)

    static func alert(_ row: inout PostgresRow) throws(PostgresError) -> AlertView {
        AlertView(
            id: try row.next(), inventoryID: try row.next(), sku: try row.nextSKU(), productName: try row.next(),
            warehouseCode: try row.nextWarehouseCode(), quantityAvailable: try row.next(),
            reorderPoint: try row.next(), status: try row.nextEnum(), createdAt: try row.next(),
            acknowledgedAt: try row.nextOptional(), acknowledgedBy: try row.nextOptional(),
            resolvedAt: try row.nextOptional(), suggestionID: try row.nextOptional(), delivery: try delivery(&row))
    }

    private static func delivery(_ row: inout PostgresRow) throws(PostgresError) -> AlertView.Delivery {
        let status: String? = try row.nextOptional()
        return AlertView.Delivery(
            state: status.flatMap(AlertView.Delivery.State.init) ?? .queued,
            attempts: Int(try row.nextOptional(as: Int64.self) ?? 0), sentAt: try row.nextOptional(),
            messageID: try row.nextOptional(), lastError: try row.nextOptional())
    }
}

/// A purchase order suggestion with the names of its record.
enum SuggestionRow {
    /// Selects the page first, as `AlertRow.select` does.
    private static func select(_ page: String) -> PostgresStatement {
        PostgresStatement(
            """
            SELECT s.id, s.alert_id, s.inventory_id, p.sku, p.name, w.code, s.quantity, (s.unit_price * 100)::bigint,
                s.quantity_available, s.reorder_point, s.status, s.created_at, s.decided_at, s.decided_by
            FROM (SELECT * FROM purchase_order_suggestions WHERE \(page)) s
            JOIN inventory i ON i.id = s.inventory_id
            JOIN products p ON p.id = i.product_id
            JOIN warehouses w ON w.id = i.warehouse_id
            ORDER BY s.id DESC
            """)
    }
    static let all = select("id < $1 ORDER BY id DESC LIMIT $2")
    static let byStatus = select("status = $3 AND id < $1 ORDER BY id DESC LIMIT $2")
    static let byID = select("id = $1")
    static let decide = PostgresStatement(
        """
        UPDATE purchase_order_suggestions SET status = $2, decided_by = $3,
            decided_at = date_trunc('milliseconds', clock_timestamp())
        WHERE id = $1 AND status = 'open'
        """)

    static func suggestion(_ row: inout PostgresRow) throws(PostgresError) -> SuggestionView {
        SuggestionView(
            id: try row.next(), alertID: try row.next(), inventoryID: try row.next(), sku: try row.nextSKU(),
            productName: try row.next(), warehouseCode: try row.nextWarehouseCode(), quantity: try row.next(),
            unitPrice: Money(hundredths: try row.next()), quantityAvailable: try row.next(),
            reorderPoint: try row.next(), status: try row.nextEnum(), createdAt: try row.next(),
            decidedAt: try row.nextOptional(), decidedBy: try row.nextOptional())
    }
}
