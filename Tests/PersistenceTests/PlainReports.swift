import PostgresClient
import TestSupport
import Testing

@testable import PostgresReports

/// The definitions of the reports as plain, slow SQL over the base tables.
enum PlainReports {
    struct Report {
        let name: String
        let ours: PostgresStatement
        let plain: PostgresStatement
        let parameters: [Int64]
    }

    /// The reports to compare, for a number of days; the pages of turnover count as one.
    static func all(days: Int64, limit: Int64 = 3) -> [Report] {
        [
            Report(name: "summary", ours: text(ReportSQL.summary.sql), plain: text(summary), parameters: []),
            Report(
                name: "movements by day", ours: text(ReportSQL.movements.sql), plain: text(movements),
                parameters: [24, days]),
            Report(
                name: "movements by hour", ours: text(ReportSQL.movements.sql), plain: text(movements),
                parameters: [1, days * 24]),
            Report(
                name: "top movers", ours: text(ReportSQL.topMovers.sql), plain: text(topMovers),
                parameters: [days, limit, 1_000]),
            Report(
                name: "turnover",
                ours: text(
                    ReportSQL.turnover.sql.replacing("$2", with: "''")
                        .replacing("$3", with: "1000")), plain: text(turnover), parameters: [days]),
            Report(
                name: "total turnover", ours: text(ReportSQL.totalTurnover.sql), plain: text(totalTurnover),
                parameters: [days]),
        ]
    }

    /// Compares the reports with their definitions in one snapshot.
    /// - Returns: a description of each difference.
    static func differences(_ stock: PostgresStock, days: Int64) async throws -> [String] {
        try await stock.client.withConnection { connection in
            _ = try await connection.query(PostgresQuery(begin), timeout: .seconds(10))
            var differences: [String] = []
            for report in all(days: days) {
                let ours = try await rows(report.ours, report, connection)
                let plain = try await rows(report.plain, report, connection)
                if let (our, right) = zip(ours, plain).first(where: { $0 != $1 }) {
                    differences.append("\(report.name) of \(days): \(our) and not \(right)")
                } else if ours.count != plain.count {
                    differences.append("\(report.name) of \(days): \(ours.count) rows and not \(plain.count)")
                }
            }
            _ = try await connection.query(PostgresQuery(commit), timeout: .seconds(10))
            return differences
        }
    }

    static let begin = PostgresStatement("BEGIN ISOLATION LEVEL REPEATABLE READ")
    static let commit = PostgresStatement("COMMIT")

    static func rows(
        _ statement: PostgresStatement, _ report: Report, _ connection: PostgresConnection
    ) async throws -> [String] {
        let query = PostgresQuery(statement) { parameters in
            for parameter in report.parameters { parameters.append(parameter) }
        }
        let result = try await connection.query(query, timeout: .seconds(30))
        return try (0..<result.rowCount).map { try result.row($0).value(0) }
    }

    /// Each row as one text.
    private static func text(_ sql: String) -> PostgresStatement {
        PostgresStatement("SELECT row::text FROM (\(sql)) row")
    }

    // MARK: By definition

    private static let summary = """
        SELECT (SELECT count(*) FROM inventory WHERE quantity_available = 0),
            (SELECT count(*) FROM inventory WHERE quantity_available <= reorder_point),
            (SELECT coalesce(sum(quantity_on_hand * base_price), 0.00)::text
                FROM inventory i JOIN products p ON p.id = i.product_id),
            (SELECT count(*) FROM products), (SELECT count(*) FROM inventory),
            (SELECT count(*) FROM reservations WHERE status = 'pending'),
            (SELECT coalesce(sum(quantity), 0)::text FROM reservations WHERE status = 'pending'),
            (SELECT coalesce(sum(attempts), 0)::bigint FROM reservation_attempts),
            (SELECT coalesce(sum(succeeded), 0)::bigint FROM reservation_attempts),
            (SELECT count(*) FROM low_stock_alerts WHERE status = 'open')
        """

    private static let movements = """
        SELECT bucket,
            coalesce(sum(quantity_change) FILTER (WHERE type IN ('receive', 'return')), 0)::text,
            coalesce(-sum(quantity_change) FILTER (WHERE type IN ('ship', 'confirm')), 0)::text,
            coalesce(sum(quantity_change) FILTER (WHERE type = 'adjust'), 0)::text
        FROM generate_series(0, $2::bigint - 1) n
        CROSS JOIN LATERAL (
            SELECT date_trunc(CASE $1::bigint WHEN 1 THEN 'hour' ELSE 'day' END, now(), 'UTC')
                - n * $1 * interval '1 hour' AS bucket
        ) b
        LEFT JOIN inventory_transactions t
            ON t.created_at >= bucket AND t.created_at < bucket + $1 * interval '1 hour'
        GROUP BY bucket ORDER BY bucket
        """

    private static let topMovers = """
        SELECT p.sku, p.name, count(*),
            coalesce(-sum(quantity_change) FILTER (WHERE type IN ('ship', 'confirm')), 0)::text
        FROM inventory_transactions t JOIN inventory i ON i.id = t.inventory_id JOIN products p ON p.id = i.product_id
        WHERE t.created_at >= now() - $1::bigint * interval '24 hours' AND $3::bigint > 0
        GROUP BY p.id ORDER BY count(*) DESC, p.sku LIMIT $2::bigint
        """

    /// Closing balances, day by day, from the ledger's beginning.
    private static let closings = """
        span AS (
            SELECT (now() AT TIME ZONE 'UTC')::date AS today, (now() AT TIME ZONE 'UTC')::date - ($1::int - 1) AS first
        ), entry AS (
            SELECT i.product_id, (t.created_at AT TIME ZONE 'UTC')::date AS day, t.quantity_change, t.type, p.base_price
            FROM inventory_transactions t JOIN inventory i ON i.id = t.inventory_id
            JOIN products p ON p.id = i.product_id
        ), sold AS (
            SELECT e.* FROM entry e CROSS JOIN span WHERE day >= first AND type IN ('ship', 'confirm')
        )
        """
    private static let figures = """
        (-coalesce(units, 0))::text AS units, round(-coalesce(value, 0), 2)::text AS value,
            round(balances / days, 3)::text AS average,
            round(-coalesce(units, 0) * days / nullif(balances, 0), 4)::text AS turnover,
            round(on_hand * $1 / nullif(-units, 0), 1)::text AS cover
        """

    private static let turnover = """
        WITH \(closings)
        SELECT p.sku, p.name, \(figures)
        FROM products p CROSS JOIN span
        LEFT JOIN LATERAL (
            SELECT sum(quantity_change) AS units, sum(quantity_change * base_price) AS value FROM sold
            WHERE product_id = p.id
        ) s ON true
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(quantity_change), 0) AS on_hand, coalesce(min(day), today) AS born FROM entry
            WHERE product_id = p.id
        ) e
        CROSS JOIN LATERAL (
            SELECT sum(closing) AS balances, count(*) AS days FROM generate_series(greatest(first, born)::timestamp, today, '1 day') d
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(quantity_change), 0) AS closing FROM entry
                WHERE product_id = p.id AND day <= d::date
            ) c
        ) a
        ORDER BY p.sku
        """

    private static let totalTurnover = """
        WITH \(closings)
        SELECT \(figures)
        FROM span
        LEFT JOIN LATERAL (
            SELECT sum(quantity_change) AS units, sum(quantity_change * base_price) AS value FROM sold
        ) s ON true
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(quantity_change), 0) AS on_hand, coalesce(min(day), today) AS born FROM entry
        ) e
        CROSS JOIN LATERAL (
            SELECT sum(closing) AS balances, count(*) AS days FROM generate_series(greatest(first, born)::timestamp, today, '1 day') d
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(quantity_change), 0) AS closing FROM entry WHERE day <= d::date
            ) c
        ) a
        """
}
