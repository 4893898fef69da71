import PostgresClient

extension StockAudit {
    /// A query that returns one sentence for each violation.
    struct Check: Sendable {
        let name: String
        let statement: PostgresStatement

        init(_ name: String, _ sql: String) {
            self.name = name
            statement = PostgresStatement("\(sql) LIMIT \(StockAudit.violationLimit)")
        }
    }

    static let counts = PostgresStatement(
        """
        SELECT (SELECT count(*) FROM inventory), (SELECT count(*) FROM inventory_transactions),
            (SELECT count(*) FROM reservations)
        """)

    /// Names a record in a violation.
    private static let named = "format('record %s (%s in %s)', i.id, p.sku, w.code)"
    private static let names = "JOIN products p ON p.id = i.product_id JOIN warehouses w ON w.id = i.warehouse_id"

    static let checks: [Check] = [
        Check(
            "ledger rows follow one another",
            """
            SELECT format('ledger of %s: version %s does not follow version %s (on hand %s, then %s%s; reserved %s, then %s%s)',
                inventory_id, version, old_version, old_quantity, quantity_after - quantity_change,
                to_char(quantity_change, 'SG9999999999999990'), old_reserved, reserved_after - reserved_change,
                to_char(reserved_change, 'SG9999999999999990'))
            FROM (
                SELECT *, lag(version, 1, 0::bigint) OVER record AS old_version,
                    lag(quantity_after, 1, 0::bigint) OVER record AS old_quantity,
                    lag(reserved_after, 1, 0::bigint) OVER record AS old_reserved,
                    lag(created_at, 1, '-infinity') OVER record AS old_created_at
                FROM inventory_transactions
                WINDOW record AS (PARTITION BY inventory_id ORDER BY version)
            ) step
            WHERE version <> old_version + 1 OR quantity_after - quantity_change <> old_quantity
                OR reserved_after - reserved_change <> old_reserved OR created_at < old_created_at
            """),
        Check(
            "ledger rows add up to the records",
            """
            SELECT format('%s: on hand %s, reserved %s, version %s; its ledger adds up to %s, %s and %s rows',
                \(named), quantity_on_hand, quantity_reserved, i.version, coalesce(on_hand, 0),
                coalesce(reserved, 0), coalesce(rows, 0))
            FROM inventory i \(names) LEFT JOIN (
                SELECT inventory_id, sum(quantity_change) AS on_hand, sum(reserved_change) AS reserved,
                    count(*) AS rows
                FROM inventory_transactions GROUP BY inventory_id
            ) ledger ON ledger.inventory_id = i.id
            WHERE quantity_on_hand <> coalesce(on_hand, 0) OR quantity_reserved <> coalesce(reserved, 0)
                OR i.version <> coalesce(rows, 0)
            """),
        Check(
            "reserved quantities equal the pending reservations",
            """
            SELECT format('%s: reserved %s, pending reservations hold %s', \(named), quantity_reserved,
                coalesce(pending, 0))
            FROM inventory i \(names) LEFT JOIN (
                SELECT inventory_id, sum(quantity) AS pending FROM reservations
                WHERE status = 'pending' GROUP BY inventory_id
            ) held ON held.inventory_id = i.id
            WHERE quantity_reserved <> coalesce(pending, 0)
            """),
        Check(
            "nothing is negative",
            """
            SELECT format('%s: on hand %s, reserved %s', \(named), quantity_on_hand, quantity_reserved)
            FROM inventory i \(names)
            WHERE quantity_on_hand < 0 OR quantity_reserved < 0 OR quantity_reserved > quantity_on_hand
            """),
        Check(
            "reservations and ledger agree",
            """
            SELECT format('%s: reservations say %s reserved, %s confirmed, %s released; the ledger says %s, %s, %s',
                \(named), r.reserved, r.confirmed, r.released, coalesce(l.reserved, 0), coalesce(l.confirmed, 0),
                coalesce(l.released, 0))
            FROM (
                SELECT inventory_id, sum(quantity) AS reserved,
                    coalesce(sum(quantity) FILTER (WHERE status = 'confirmed'), 0) AS confirmed,
                    coalesce(sum(quantity) FILTER (WHERE status = 'released'), 0) AS released
                FROM reservations GROUP BY inventory_id
            ) r
            JOIN inventory i ON i.id = r.inventory_id \(names)
            LEFT JOIN (
                SELECT inventory_id, sum(reserved_change) FILTER (WHERE type = 'reserve') AS reserved,
                    -sum(quantity_change) FILTER (WHERE type = 'confirm') AS confirmed,
                    -sum(reserved_change) FILTER (WHERE type IN ('release', 'expire')) AS released
                FROM inventory_transactions GROUP BY inventory_id
            ) l ON l.inventory_id = r.inventory_id
            WHERE r.reserved <> coalesce(l.reserved, 0) OR r.confirmed <> coalesce(l.confirmed, 0)
                OR r.released <> coalesce(l.released, 0)
            """),
        Check(
            "each low record has one unresolved alert, and no other record has one",
            """
            SELECT format('%s: %s low, %s unresolved alerts', \(named), CASE WHEN is_low_stock THEN 'is' ELSE 'is not' END,
                coalesce(alerts, 0))
            FROM inventory i \(names) LEFT JOIN (
                SELECT inventory_id, count(*) AS alerts FROM low_stock_alerts
                WHERE status <> 'resolved' GROUP BY inventory_id
            ) open ON open.inventory_id = i.id
            WHERE coalesce(alerts, 0) <> is_low_stock::int
            """),
        Check(
            "the stored counts are correct",
            """
            SELECT format('the summary counts %s, where there are %s: SELECT restart_stock_counts() counts anew',
                kept.words, counted.words)
            FROM (
                SELECT format('%s low records, %s out of stock, %s open alerts', sum(low_stock), sum(out_of_stock),
                    sum(open_alerts)) AS words
                FROM (
                    SELECT low_stock, out_of_stock, open_alerts FROM stock_counts
                    UNION ALL SELECT low_stock, out_of_stock, open_alerts FROM stock_count_changes
                ) c
            ) kept, (
                SELECT format('%s low records, %s out of stock, %s open alerts', count(*) FILTER (WHERE is_low_stock),
                    count(*) FILTER (WHERE quantity_available = 0),
                    (SELECT count(*) FROM low_stock_alerts WHERE status = 'open')) AS words
                FROM inventory
            ) counted
            WHERE kept.words <> counted.words
            """),
    ]
}
