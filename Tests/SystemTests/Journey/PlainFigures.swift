/// Every figure of the reports and the dashboard in plain SQL over the base tables, without stored sums and our own
/// functions. Each row is a JSON object with the names of the API or the page.
enum PlainFigures {
    // MARK: Reports

    /// Without `response_ms` and `lock_wait_ms`, which only the server knows.
    static let summary = """
        SELECT json_build_object(
            'out_of_stock_count', (SELECT count(*) FROM inventory WHERE quantity_on_hand = quantity_reserved),
            'low_stock_count',
                (SELECT count(*) FROM inventory WHERE quantity_on_hand - quantity_reserved <= reorder_point),
            'total_inventory_value', (
                SELECT round(coalesce(sum(quantity_on_hand * base_price), 0), 2)::text
                FROM inventory i JOIN products p ON p.id = i.product_id),
            'currency', 'USD',
            'product_count', (SELECT count(*) FROM products),
            'inventory_count', (SELECT count(*) FROM inventory),
            'reservations', json_build_object(
                'pending', (SELECT count(*) FROM reservations WHERE status = 'pending'),
                'pending_units', (SELECT coalesce(sum(quantity), 0) FROM reservations WHERE status = 'pending'),
                'attempts', attempts, 'succeeded', succeeded,
                'success_rate', trunc(succeeded::numeric / nullif(attempts, 0), 3)),
            'open_alerts', (SELECT count(*) FROM low_stock_alerts WHERE status = 'open'))::text
        FROM (
            SELECT coalesce(sum(attempts), 0)::bigint AS attempts, coalesce(sum(succeeded), 0)::bigint AS succeeded
            FROM reservation_attempts WHERE minute > now() - interval '24 hours'
        ) tried
        """

    static func topMovers(days: Int, limit: Int) -> String {
        """
        SELECT json_build_object('sku', sku, 'name', name, 'transaction_count', count, 'units_out', units)::text
        FROM (
            SELECT p.sku, p.name, count(*), coalesce(-sum(quantity_change) FILTER (WHERE \(isSale)), 0) AS units
            FROM inventory_transactions t JOIN inventory i ON i.id = t.inventory_id
            JOIN products p ON p.id = i.product_id
            WHERE t.created_at >= now() - interval '\(days * 24) hours'
            GROUP BY p.id ORDER BY count(*) DESC, p.sku LIMIT \(limit)
        ) movers ORDER BY count DESC, sku
        """
    }

    /// - Parameter hours: a bucket's length, 1 or 24.
    static func movements(buckets: Int, hours: Int) -> String {
        """
        SELECT json_build_object('bucket_start', \(time("bucket")), 'units_in', units_in, 'units_out', units_out,
            'units_adjusted', units_adjusted)::text
        FROM (\(moved(buckets: buckets, hours: hours))) moved ORDER BY bucket
        """
    }

    static func moved(buckets: Int, hours: Int) -> String {
        """
        SELECT bucket, coalesce(units_in, 0) AS units_in, coalesce(units_out, 0) AS units_out,
            coalesce(units_adjusted, 0) AS units_adjusted
        FROM (
            SELECT \(begin("now()", hours)) - n * interval '\(hours) hours' AS bucket
            FROM generate_series(0, \(buckets - 1)) n
        ) buckets
        LEFT JOIN (
            SELECT \(begin("created_at", hours)) AS bucket,
                sum(quantity_change) FILTER (WHERE type IN ('receive', 'return')) AS units_in,
                -sum(quantity_change) FILTER (WHERE \(isSale)) AS units_out,
                sum(quantity_change) FILTER (WHERE type = 'adjust') AS units_adjusted
            FROM inventory_transactions GROUP BY 1
        ) moved USING (bucket)
        """
    }

    private static func begin(_ time: String, _ hours: Int) -> String {
        "date_trunc('\(hours == 1 ? "hour" : "day")', \(time), 'UTC')"
    }

    /// One row per product, by SKU, followed by the total.
    static func turnover(days: Int) -> String {
        """
        WITH day AS MATERIALIZED (
            SELECT (now() AT TIME ZONE 'UTC')::date - n AS day FROM generate_series(0, \(days - 1)) n
        ), moved AS MATERIALIZED (
            SELECT i.product_id, (t.created_at AT TIME ZONE 'UTC')::date AS day, sum(quantity_change) AS change,
                coalesce(-sum(quantity_change) FILTER (WHERE \(isSale)), 0) AS units
            FROM inventory_transactions t JOIN inventory i ON i.id = t.inventory_id GROUP BY 1, 2
        ), subject AS (
            SELECT p.id, p.sku, m.day, m.change, m.units, m.units * p.base_price AS value
            FROM products p LEFT JOIN moved m ON m.product_id = p.id
            UNION ALL
            SELECT NULL, NULL, m.day, m.change, m.units, m.units * p.base_price
            FROM products p JOIN moved m ON m.product_id = p.id
        ), known AS MATERIALIZED (
            SELECT id, sku, coalesce(min(day), (SELECT max(day) FROM day)) AS born, sum(change) AS on_hand,
                coalesce(sum(units) FILTER (WHERE day IN (SELECT day FROM day)), 0) AS units,
                coalesce(sum(value) FILTER (WHERE day IN (SELECT day FROM day)), 0) AS value
            FROM subject GROUP BY id, sku
        ), closing AS (
            SELECT k.id, d.day, coalesce(sum(s.change), 0) AS balance
            FROM known k JOIN day d ON d.day >= k.born
            LEFT JOIN subject s ON coalesce(s.sku, '') = coalesce(k.sku, '') AND s.day <= d.day
            GROUP BY k.id, d.day
        ), total AS (SELECT id, sum(balance) AS balances, count(*) AS days FROM closing GROUP BY id)
        SELECT json_build_object('sku', k.sku, 'name', p.name, 'units_out', units, 'value_out', round(value, 2)::text,
            'average_on_hand', round(balances / t.days, 3),
            'turnover', round(units * t.days / nullif(balances, 0), 4),
            'days_of_cover', round(on_hand * \(days) / nullif(units, 0), 1))::text
        FROM known k JOIN total t ON t.id IS NOT DISTINCT FROM k.id LEFT JOIN products p ON p.id = k.id
        ORDER BY k.sku NULLS LAST
        """
    }

    // MARK: Words

    static let isSale = "type IN ('ship', 'confirm')"

    /// The format of times in the API.
    static func time(_ expression: String) -> String {
        "to_char(\(expression) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
    }

    /// The format of changes on the pages.
    static func signed(_ expression: String) -> String {
        "CASE WHEN \(expression) > 0 THEN '+' ELSE '' END || \(expression)"
    }
}
