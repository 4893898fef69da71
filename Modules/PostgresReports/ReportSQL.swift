import PostgresClient

/// The SQL of the reports. Each report is one statement and so one snapshot, in which the sums and the ledger rows that are
/// not in them yet (`ledger_tail`) count every row exactly once. Each names `ledger_rollup` itself to lock it before the
/// snapshot, so that no report combines a snapshot from before `restart_rollup` with tables from after it.
/// `docs/reports.md` has the definitions.
enum ReportSQL {
    /// Price changes that the roller has not applied yet; only a catalogue import makes more than a report reads.
    private static let repriced = """
        repriced AS (
            SELECT product_id, sum(change) AS change FROM (SELECT product_id, change FROM price_changes LIMIT 1000) c
            GROUP BY product_id
        )
        """

    /// The counts of low and empty records and of open alerts are stored; `stock_count_changes` has the changes since.
    static let summary = PostgresStatement(
        """
        WITH tail AS MATERIALIZED (
            SELECT product_id, on_hand_change, pending, pending_units FROM ledger_tail(NULL, NULL, NULL)
        ), \(repriced)
        SELECT c.out_of_stock + noted.out_of_stock, c.low_stock + noted.low_stock,
            round(r.inventory_value
                + coalesce((
                    SELECT sum(t.on_hand_change * p.base_price) FROM tail t JOIN products p ON p.id = t.product_id
                    WHERE t.on_hand_change <> 0), 0)
                + coalesce((
                    SELECT sum(d.on_hand_change * c.change)
                    FROM repriced c JOIN ledger_product_days d USING (product_id)), 0), 2)::text,
            r.product_count + grown.products, r.record_count + grown.records, r.pending + held.pending,
            (r.pending_units + held.units)::text, tried.attempts, tried.succeeded,
            c.open_alerts + noted.open_alerts
        FROM ledger_rollup r, stock_counts c, (
            SELECT coalesce(sum(low_stock), 0)::bigint AS low_stock,
                coalesce(sum(out_of_stock), 0)::bigint AS out_of_stock,
                coalesce(sum(open_alerts), 0)::bigint AS open_alerts
            FROM stock_count_changes
        ) noted, (
            SELECT coalesce(sum(products), 0)::bigint AS products, coalesce(sum(records), 0)::bigint AS records
            FROM catalogue_growth
        ) grown, (
            SELECT coalesce(sum(pending), 0)::bigint AS pending, coalesce(sum(pending_units), 0) AS units FROM tail
        ) held, (
            SELECT coalesce(sum(attempts), 0)::bigint AS attempts, coalesce(sum(succeeded), 0)::bigint AS succeeded
            FROM reservation_attempts WHERE minute > clock_timestamp() - interval '24 hours'
        ) tried
        """)

    /// $1 days, $2 rows, $3 the most rows of the partial first day that are read one by one where no count is stored.
    static let topMovers = PostgresStatement(
        """
        SELECT p.sku, p.name, m.transactions, m.units_out::text
        FROM ledger_rollup CROSS JOIN top_movers($1, $2, $3) m JOIN products p ON p.id = m.product_id
        ORDER BY m.transactions DESC, p.sku
        """)

    /// $1 the length of a bucket in hours, $2 how many. Buckets begin at multiples of it in UTC.
    static let movements = PostgresStatement(
        """
        WITH span AS (
            SELECT date_bin(step, now(), '2000-01-01 00:00Z') AS last, step
            FROM (SELECT $1::bigint * interval '1 hour' AS step) s
        ), moved AS (
            SELECT hour, received, shipped + confirmed AS units_out, adjusted FROM ledger_hours
            WHERE hour >= (SELECT last - ($2::bigint - 1) * step FROM span)
            UNION ALL SELECT hour, received, shipped + confirmed, adjusted FROM ledger_tail(NULL, NULL, NULL)
        )
        SELECT bucket, coalesce(m.units_in, 0)::text, coalesce(m.units_out, 0)::text,
            coalesce(m.units_adjusted, 0)::text
        FROM ledger_rollup CROSS JOIN span CROSS JOIN generate_series(last - ($2::bigint - 1) * step, last, step) bucket
        LEFT JOIN (
            SELECT date_bin(step, hour, '2000-01-01 00:00Z') AS bucket, sum(received) AS units_in,
                sum(units_out) AS units_out, sum(adjusted) AS units_adjusted
            FROM moved CROSS JOIN span GROUP BY 1
        ) m USING (bucket) ORDER BY bucket
        """)

    /// The days that turnover covers; $1 is their number.
    private static let span = """
        span AS (
            SELECT today, today - ($1::int - 1) AS first FROM (SELECT (now() AT TIME ZONE 'UTC')::date AS today) t
        )
        """
    /// The figures from `f`, the sums, `h`, the quantity on hand now, `v`, the value, and `a`, the balances. Each is one
    /// division: dividing by a rounded average could round the figure the wrong way.
    private static let figures = """
        f.units_out::text, round(v.value_out, 2)::text, round(a.balances / a.days, 3)::text,
            round(f.units_out * a.days / nullif(a.balances, 0), 4)::text,
            round(h.on_hand * $1 / nullif(f.units_out, 0), 1)::text
        """
    /// The closing balance of a day is the balance now less the changes after that day. So the sum of the closing balances
    /// from `start` to today is the number of days times the balance now, less each day's change times the number of days
    /// before it.
    private static let sums = """
        coalesce(sum(units_out), 0) AS units_out,
                coalesce(sum(on_hand_change * (least(day, today) - start)), 0) AS moved
        """
    private static let balances = """
        CROSS JOIN LATERAL (
            SELECT d.days, h.on_hand * d.days - f.moved AS balances FROM (SELECT today - start + 1 AS days) d
        ) a
        """

    /// $1 days, $2 the SKU before, $3 rows.
    static let turnover = PostgresStatement(
        """
        WITH \(span), page AS (
            SELECT id, sku, name, base_price FROM products WHERE sku > $2 ORDER BY sku LIMIT $3
        ), tail AS MATERIALIZED (
            SELECT product_id, (hour AT TIME ZONE 'UTC')::date AS day, shipped + confirmed AS units_out, on_hand_change
            FROM ledger_tail(NULL, NULL, NULL) WHERE product_id IN (SELECT id FROM page)
        )
        SELECT p.sku, p.name, \(figures)
        FROM ledger_rollup CROSS JOIN page p CROSS JOIN span
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(quantity_on_hand), 0) AS on_hand FROM inventory WHERE product_id = p.id
        ) h
        CROSS JOIN LATERAL (
            SELECT greatest(first, least(today, (SELECT min(day) FROM ledger_product_days WHERE product_id = p.id),
                (SELECT min(day) FROM tail WHERE product_id = p.id))) AS start
        ) s
        CROSS JOIN LATERAL (
            SELECT \(sums) FROM (
                SELECT day, units_out, on_hand_change FROM ledger_product_days
                WHERE product_id = p.id AND day >= first
                UNION ALL SELECT day, units_out, on_hand_change FROM tail WHERE product_id = p.id AND day >= first
            ) d
        ) f
        CROSS JOIN LATERAL (SELECT f.units_out * p.base_price AS value_out) v
        \(balances)
        ORDER BY p.sku
        """)

    /// $1 days.
    static let totalTurnover = PostgresStatement(
        """
        WITH \(span), tail AS MATERIALIZED (
            SELECT product_id, (hour AT TIME ZONE 'UTC')::date AS day, shipped + confirmed AS units_out, on_hand_change
            FROM ledger_tail(NULL, NULL, NULL)
        ), whole AS MATERIALIZED (
            SELECT (hour AT TIME ZONE 'UTC')::date AS day, shipped + confirmed AS units_out, on_hand_change
            FROM ledger_hours WHERE hour >= (SELECT first::timestamp AT TIME ZONE 'UTC' FROM span)
            UNION ALL SELECT day, units_out, on_hand_change FROM tail
        ), \(repriced)
        SELECT \(figures)
        FROM span
        CROSS JOIN LATERAL (
            SELECT r.on_hand + (SELECT coalesce(sum(on_hand_change), 0) FROM tail) AS on_hand FROM ledger_rollup r
        ) h
        CROSS JOIN LATERAL (
            SELECT greatest(first, least(today, (SELECT (min(hour) AT TIME ZONE 'UTC')::date FROM ledger_hours),
                (SELECT min(day) FROM tail))) AS start
        ) s
        CROSS JOIN LATERAL (SELECT \(sums) FROM whole WHERE day >= first) f
        CROSS JOIN LATERAL (
            SELECT coalesce((SELECT sum(value_out) FROM ledger_days WHERE day >= first), 0)
                + coalesce((
                    SELECT sum(t.units_out * p.base_price) FROM tail t JOIN products p ON p.id = t.product_id
                    WHERE t.day >= first), 0)
                + coalesce((
                    SELECT sum(d.units_out * c.change) FROM repriced c JOIN ledger_product_days d USING (product_id)
                    WHERE d.day >= first), 0) AS value_out
        ) v
        \(balances)
        """)
}
