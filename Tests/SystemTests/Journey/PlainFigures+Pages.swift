/// The figures of the pages, as text without thousands separators.
extension PlainFigures {
    // MARK: The overview

    static let tiles = """
        SELECT json_build_object('out', out, 'low', low::text, 'value', value, 'pending', pending,
            'rate', CASE WHEN attempts = 0 THEN '–' ELSE trunc(succeeded * 100.0 / attempts, 1)::text END)::text
        FROM (\(totals)) totals
        """

    static let tileNotes = """
        SELECT json_strip_nulls(json_build_object('out', 'of ' || records || ' records',
            'low', alerts || CASE alerts WHEN 1 THEN ' alert' ELSE ' alerts' END || ' not yet seen',
            'value', products || ' products',
            'pending', units || CASE units WHEN 1 THEN ' unit' ELSE ' units' END || ' held for checkout',
            'rate', CASE attempts WHEN 0 THEN 'no checkout in 24 h' ELSE attempts
                || CASE attempts WHEN 1 THEN ' checkout' ELSE ' checkouts' END || ' in 24 h, '
                || attempts - succeeded || ' refused' END,
            'low-more', CASE WHEN low > 25 THEN 'The 25 lowest of ' || low || '.' END))::text
        FROM (\(totals)) totals
        """

    private static let totals = """
        SELECT (s ->> 'out_of_stock_count') AS out, (s ->> 'low_stock_count')::bigint AS low,
            s ->> 'total_inventory_value' AS value, s ->> 'product_count' AS products, s ->> 'inventory_count' AS records,
            (s ->> 'open_alerts')::bigint AS alerts, s #>> '{reservations,pending}' AS pending,
            (s #>> '{reservations,pending_units}')::numeric AS units,
            (s #>> '{reservations,attempts}')::bigint AS attempts,
            (s #>> '{reservations,succeeded}')::bigint AS succeeded
        FROM (SELECT summary::json AS s FROM (\(summary)) summary (summary)) parsed
        """

    static let low = """
        SELECT json_strip_nulls(json_build_object('key', i.id, 'sku', p.sku, 'name', p.name, 'warehouse', w.name,
            'code', w.code, 'available', (quantity_on_hand - quantity_reserved)::text, 'point', i.reorder_point::text,
            'quantity', s.quantity::text, 'value', s.quantity * s.unit_price || ' USD',
            'decision', CASE WHEN s.status <> 'open' THEN initcap(s.status) END,
            'seen', CASE WHEN a.status = 'acknowledged' THEN 'Seen' END,
            'calls', nullif(concat_ws(' ',
                CASE WHEN s.status = 'open' THEN format('purchase-order-suggestions/%s/accept', s.id) END,
                CASE WHEN s.status = 'open' THEN format('purchase-order-suggestions/%s/dismiss', s.id) END,
                CASE WHEN a.status = 'open' THEN format('alerts/%s/acknowledge', a.id) END), '')))::text
        FROM inventory i JOIN products p ON p.id = i.product_id JOIN warehouses w ON w.id = i.warehouse_id
        LEFT JOIN low_stock_alerts a ON a.inventory_id = i.id AND a.status <> 'resolved'
        LEFT JOIN purchase_order_suggestions s ON s.alert_id = a.id
        WHERE quantity_on_hand - quantity_reserved <= i.reorder_point
        ORDER BY quantity_on_hand - quantity_reserved, i.id LIMIT 25
        """

    static let movers = """
        SELECT json_build_object('key', m ->> 'sku', 'name', m ->> 'name', 'count', m ->> 'transaction_count',
            'units', m ->> 'units_out')::text
        FROM (SELECT line::json AS m FROM (\(topMovers(days: 7, limit: 10))) movers (line)) movers
        """

    static let movementRows = """
        SELECT json_build_object('key', to_char(bucket AT TIME ZONE 'UTC', 'YYYY-MM-DD'), 'in', units_in::text,
            'out', units_out::text, 'adjusted', \(signed("units_adjusted")))::text
        FROM (\(moved(buckets: 30, hours: 24))) moved ORDER BY bucket DESC
        """

    // MARK: Lists

    /// No mailer runs, so no alert is sent.
    static let alerts = """
        SELECT json_build_object('key', a.id, 'sku', p.sku, 'name', p.name, 'code', w.code,
            'available', a.quantity_available::text, 'point', a.reorder_point::text,
            'raised', \(time("a.created_at")), 'mail', 'queued', 'calls', format('alerts/%s/acknowledge', a.id))::text
        FROM low_stock_alerts a JOIN inventory i ON i.id = a.inventory_id JOIN products p ON p.id = i.product_id
        JOIN warehouses w ON w.id = i.warehouse_id
        WHERE a.status = 'open' ORDER BY a.id DESC LIMIT 50
        """

    static let products = """
        SELECT json_build_object('key', p.sku, 'name', p.name, 'price', p.base_price::text,
            'warehouses', count(i.id)::text,
            'available', coalesce(sum(quantity_on_hand - quantity_reserved), 0)::text)::text
        FROM (SELECT * FROM products ORDER BY sku LIMIT 50) p LEFT JOIN inventory i ON i.product_id = p.id
        GROUP BY p.id, p.sku, p.name, p.base_price ORDER BY p.sku
        """

    // MARK: A product

    /// The products to compare: those with the most movements, with reservations, without any stock, and some more.
    static func chosenProducts(_ seed: UInt64) -> String {
        """
        SELECT sku FROM (
            (SELECT p.sku FROM products p JOIN inventory i ON i.product_id = p.id
                GROUP BY p.sku ORDER BY sum(i.version) DESC, p.sku LIMIT 3)
            UNION (SELECT p.sku FROM products p JOIN inventory i ON i.product_id = p.id WHERE quantity_reserved > 0
                ORDER BY quantity_reserved DESC, p.sku LIMIT 3)
            UNION (SELECT p.sku FROM products p WHERE NOT EXISTS (SELECT FROM inventory WHERE product_id = p.id)
                ORDER BY p.sku LIMIT 1)
            UNION (SELECT p.sku FROM products p ORDER BY md5(p.sku || '\(seed)') LIMIT 5)
        ) chosen ORDER BY sku
        """
    }

    static func productTiles(_ sku: String) -> String {
        """
        SELECT json_build_object('available', (on_hand - reserved)::text, 'hand', on_hand::text,
            'reserved', reserved::text, 'value', (on_hand * price)::text)::text
        FROM (\(ofProduct(sku))) totals
        """
    }

    static func productNotes(_ sku: String) -> String {
        """
        SELECT json_build_object(
            'available', CASE low WHEN 0 THEN 'can be sold now' ELSE low || ' of ' || records || ' low' END,
            'hand', CASE records WHEN 1 THEN 'in 1 warehouse' ELSE 'in ' || records || ' warehouses' END,
            'reserved', 'held for checkout', 'value', 'on hand at the price of today')::text
        FROM (\(ofProduct(sku))) totals
        """
    }

    private static func ofProduct(_ sku: String) -> String {
        """
        SELECT count(i.id) AS records, coalesce(sum(quantity_on_hand), 0) AS on_hand,
            coalesce(sum(quantity_reserved), 0) AS reserved, p.base_price AS price,
            count(*) FILTER (WHERE quantity_on_hand - quantity_reserved <= reorder_point) AS low
        FROM products p LEFT JOIN inventory i ON i.product_id = p.id WHERE p.sku = '\(sku)' GROUP BY p.id
        """
    }

    static func records(_ sku: String) -> String {
        """
        SELECT json_build_object('key', w.code, 'on-hand', quantity_on_hand::text, 'reserved', quantity_reserved::text,
            'available', (quantity_on_hand - quantity_reserved)::text, 'point', reorder_point::text,
            'changed', \(time("i.updated_at")))::text
        FROM inventory i JOIN products p ON p.id = i.product_id JOIN warehouses w ON w.id = i.warehouse_id
        WHERE p.sku = '\(sku)' ORDER BY w.code
        """
    }

    static func openReservations(_ sku: String) -> String {
        """
        SELECT json_build_object('key', r.order_id, 'code', w.code, 'quantity', r.quantity::text,
            'expires', \(time("r.expires_at")))::text
        FROM reservations r JOIN inventory i ON i.id = r.inventory_id JOIN products p ON p.id = i.product_id
        JOIN warehouses w ON w.id = i.warehouse_id
        WHERE p.sku = '\(sku)' AND r.status = 'pending' ORDER BY r.expires_at, r.id LIMIT 12
        """
    }

    /// Newest first.
    static func ledger(_ sku: String, _ code: String) -> String {
        """
        SELECT json_strip_nulls(json_build_object('key', t.version::text, 'at', \(time("t.created_at")),
            'type', replace(t.type, '_', ' '), 'on-hand', quantity_after::text,
            'on-hand-change', CASE quantity_change WHEN 0 THEN '' ELSE \(signed("quantity_change")) END,
            'reserved', reserved_after::text,
            'reserved-change', CASE reserved_change WHEN 0 THEN '' ELSE \(signed("reserved_change")) END,
            'actor', t.actor, 'order', left(t.order_id::text, 8), 'reason', t.reason, 'reference', t.reference))::text
        \(entries(sku, code)) ORDER BY t.version DESC
        """
    }

    /// The chart's data: the last 200 rows, oldest first, as milliseconds, on hand and available.
    static func history(_ sku: String, _ code: String) -> String {
        """
        SELECT json_build_array((extract(epoch FROM created_at) * 1000)::bigint, quantity_after,
            quantity_after - reserved_after, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'))::text
        FROM (SELECT t.* \(entries(sku, code)) ORDER BY t.version DESC LIMIT 200) latest ORDER BY version
        """
    }

    private static func entries(_ sku: String, _ code: String) -> String {
        """
        FROM inventory_transactions t JOIN inventory i ON i.id = t.inventory_id
        JOIN products p ON p.id = i.product_id JOIN warehouses w ON w.id = i.warehouse_id
        WHERE p.sku = '\(sku)' AND w.code = '\(code)'
        """
    }
}
