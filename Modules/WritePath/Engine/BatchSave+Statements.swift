import PostgresClient

extension BatchSave {
    static let commit = PostgresStatement("COMMIT")

    static let insertRecords = PostgresStatement(
        """
        INSERT INTO inventory (id, product_id, warehouse_id, quantity_on_hand, quantity_reserved, reorder_point,
            reorder_quantity, safety_stock, version, created_at, updated_at)
        SELECT n.*, $10::timestamptz, $10::timestamptz
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::bigint[]) AS n
        """)

    static let updateRecords = PostgresStatement(
        """
        WITH changed AS (
            UPDATE inventory i
            SET quantity_on_hand = n.quantity_on_hand, quantity_reserved = n.quantity_reserved, version = n.version,
                updated_at = $6::timestamptz
            FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
                AS n(id, expected, quantity_on_hand, quantity_reserved, version)
            WHERE i.id = n.id AND i.version = n.expected
            RETURNING 1
        )
        SELECT assert_rows((SELECT count(*) FROM changed), cardinality($1::uuid[]))
        """)

    static let updateRecordsAndPolicies = PostgresStatement(
        """
        WITH changed AS (
            UPDATE inventory i
            SET quantity_on_hand = n.quantity_on_hand, quantity_reserved = n.quantity_reserved, version = n.version,
                updated_at = $6::timestamptz, reorder_point = n.reorder_point,
                reorder_quantity = n.reorder_quantity, safety_stock = n.safety_stock
            FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $7::bigint[],
                    $8::bigint[], $9::bigint[])
                AS n(id, expected, quantity_on_hand, quantity_reserved, version, reorder_point, reorder_quantity,
                    safety_stock)
            WHERE i.id = n.id AND i.version = n.expected
            RETURNING 1
        )
        SELECT assert_rows((SELECT count(*) FROM changed), cardinality($1::uuid[]))
        """)

    // The two busiest inserts unnest their arrays in the select list. In FROM, PostgreSQL would first materialize them, a
    // fifth of the processor time per reservation row.

    static let insertReservations = PostgresStatement(
        """
        INSERT INTO reservations (id, order_id, inventory_id, quantity, status, release_reason, resolved_at,
            expires_at, created_at)
        SELECT unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::uuid[]), unnest($4::bigint[]), unnest($5::text[]),
            unnest($6::text[]), unnest($7::timestamptz[]), unnest($8::timestamptz[]), $9::timestamptz
        """)

    static let updateReservations = PostgresStatement(
        """
        WITH changed AS (
            UPDATE reservations r
            SET status = n.status, release_reason = n.release_reason, resolved_at = n.resolved_at,
                expires_at = n.expires_at
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
                AS n(id, status, release_reason, resolved_at, expires_at)
            WHERE r.id = n.id AND r.status = 'pending'
            RETURNING 1
        )
        SELECT assert_rows((SELECT count(*) FROM changed), cardinality($1::uuid[]))
        """)

    static let insertLedger = PostgresStatement(
        """
        INSERT INTO inventory_transactions (id, inventory_id, version, type, quantity_change, quantity_after,
            reserved_change, reserved_after, order_id, reason, reference, actor, created_at)
        SELECT unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::bigint[]), unnest($4::text[]), unnest($5::bigint[]),
            unnest($6::bigint[]), unnest($7::bigint[]), unnest($8::bigint[]), unnest($9::uuid[]), unnest($10::text[]),
            unnest($11::text[]), unnest($12::text[]), $13::timestamptz
        """)

    // The statements below have no assert_rows and ignore conflicts: a sale must not fail because of an inconsistent
    // alert. `inventoryctl audit` reports those.

    static let resolveAlerts = PostgresStatement(
        """
        UPDATE low_stock_alerts SET status = 'resolved', resolved_at = $2
        WHERE inventory_id = ANY($1) AND status <> 'resolved'
        """)

    static let withdrawSuggestions = PostgresStatement(
        """
        UPDATE purchase_order_suggestions SET status = 'withdrawn', decided_at = $2
        WHERE inventory_id = ANY($1) AND status = 'open'
        """)

    static let insertAlerts = PostgresStatement(
        """
        INSERT INTO low_stock_alerts (id, inventory_id, quantity_available, reorder_point, resolved_at, status,
            created_at)
        SELECT n.*, CASE WHEN n.resolved_at IS NULL THEN 'open' ELSE 'resolved' END, $6::timestamptz
        FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::timestamptz[])
            AS n(id, inventory_id, quantity_available, reorder_point, resolved_at)
        ON CONFLICT (inventory_id) WHERE status <> 'resolved' DO NOTHING
        """)

    static let insertSuggestions = PostgresStatement(
        """
        INSERT INTO purchase_order_suggestions (id, alert_id, inventory_id, quantity, unit_price,
            quantity_available, reorder_point, status, created_at, decided_at)
        SELECT n.id, n.alert_id, n.inventory_id, n.quantity, p.base_price, n.quantity_available, n.reorder_point,
            CASE WHEN n.resolved_at IS NULL THEN 'open' ELSE 'withdrawn' END, $8::timestamptz, n.resolved_at
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[], $7::timestamptz[])
            AS n(id, alert_id, inventory_id, quantity, quantity_available, reorder_point, resolved_at)
        JOIN low_stock_alerts a ON a.id = n.alert_id
        JOIN inventory i ON i.id = n.inventory_id
        JOIN products p ON p.id = i.product_id
        ON CONFLICT DO NOTHING
        """)

    /// Queues the alerts for mailing. An alert that `insertAlerts` skipped gets no row here either.
    static let insertDeliveries = PostgresStatement(
        "INSERT INTO alert_deliveries (alert_id) SELECT id FROM low_stock_alerts WHERE id = ANY($1)")
}
