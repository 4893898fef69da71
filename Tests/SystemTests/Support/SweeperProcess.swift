import Foundation
import Glibc
import NIOHTTP1
import PostgresClient
import TestSupport

/// Starts `inventory-sweeper` processes.
enum SweeperProcess {
    /// - Parameter settings: in addition to the stage's database and Redis.
    static func launch(
        _ stage: Stage, _ arguments: [String] = [], _ settings: [String: String] = [:], usesRedis: Bool = true
    ) throws -> Child {
        var standard = ["DATABASE_URL": stage.database, "LOG_FORMAT": "json", "SWEEP_INTERVAL_SECONDS": "1"]
        if usesRedis { standard["REDIS_URL"] = stage.redis.url }
        return try Child(
            Products.path("inventory-sweeper"), arguments, environment: standard.merging(settings) { $1 },
            in: stage.folder)
    }

    /// Runs `inventory-sweeper --once` to its end.
    static func once(_ stage: Stage, _ settings: [String: String] = [:]) async throws -> Child {
        let child = try launch(stage, ["--once"], settings)
        do {
            _ = try await child.waitForEnd(within: .seconds(90))
        } catch {
            await child.kill()
            throw error
        }
        return child
    }

    /// A response of the status page of a sweeper started with METRICS_PORT.
    static func page(_ child: Child, _ path: String, _ stage: Stage) async throws -> String {
        let port = try await statusPort(of: child)
        let answer = try await StockClient(url: "http://127.0.0.1:\(port)", http: stage.http).send(.GET, path)
        return String(decoding: answer.bytes, as: UTF8.self)
    }

    /// The log lines with the results of passes.
    static func passes(_ child: Child) -> [Substring] {
        child.errorOutput.split(separator: "\n").filter { $0.contains("\"message\":\"swept\"") }
    }
}

extension Stage {
    /// Creates `count` reservations of one unit per record that expired a minute ago, keeping the data consistent.
    /// There must be no concurrent writes.
    func makeOverdue(perRecord count: Int) async throws {
        try await withSession { session in
            try await session.script(
                """
                WITH made AS (
                    INSERT INTO reservations (id, order_id, inventory_id, quantity, expires_at, created_at)
                    SELECT gen_random_uuid(), gen_random_uuid(), i.id, 1,
                        clock_timestamp() - interval '1 minute' - random() * interval '1 hour',
                        clock_timestamp() - interval '2 hours'
                    FROM generate_series(1, \(count)) CROSS JOIN inventory i
                    RETURNING id, order_id, inventory_id
                ), numbered AS (
                    SELECT *, row_number() OVER (PARTITION BY inventory_id ORDER BY id) AS n FROM made
                ), written AS (
                    INSERT INTO inventory_transactions (inventory_id, version, id, type, quantity_change, quantity_after,
                        reserved_change, reserved_after, order_id, actor, created_at)
                    SELECT i.id, i.version + n, gen_random_uuid(), 'reserve', 0, i.quantity_on_hand, 1,
                        i.quantity_reserved + n, order_id, 'test', date_trunc('milliseconds', statement_timestamp())
                    FROM numbered JOIN inventory i ON i.id = inventory_id
                )
                UPDATE inventory SET quantity_reserved = quantity_reserved + \(count), version = version + \(count),
                    updated_at = date_trunc('milliseconds', statement_timestamp())
                """, timeout: .seconds(60))
        }
    }

    /// The number of reservations that wait to be swept.
    func overdueCount() async throws -> Int {
        try await count(
            "SELECT count(*) FROM reservations WHERE status = 'pending' AND expires_at <= clock_timestamp()")
    }

    /// Released reservations without exactly one `expire` row of their quantity. Valid for orders with one item per
    /// record.
    func wronglyReleased() async throws -> [String] {
        try await lines(
            """
            WITH rows AS MATERIALIZED (
                SELECT inventory_id, order_id, count(*) AS count, sum(reserved_change) AS change
                FROM inventory_transactions WHERE type = 'expire' GROUP BY inventory_id, order_id
            )
            SELECT concat_ws(' ', r.id, r.status, r.release_reason, rows.count, rows.change) FROM reservations r
            LEFT JOIN rows USING (inventory_id, order_id)
            WHERE (coalesce(rows.count, 0), coalesce(rows.change, 0))
                IS DISTINCT FROM CASE WHEN r.release_reason = 'expired' THEN (1::bigint, -r.quantity::numeric)
                    ELSE (0::bigint, 0::numeric) END
            LIMIT 5
            """)
    }
}

/// The port of a program's status page, read from its log.
func statusPort(of child: Child) async throws -> Int {
    var port: Int?
    try await eventually("the status page is there") {
        if let end = child.end { throw Failure("it ended with \(end): \(child.errorOutput)") }
        port = child.errorOutput.split(separator: "\n").first { $0.contains("\"message\":\"status page\"") }
            .flatMap { line in line.range(of: "\"port\":\"").map { line[$0.upperBound...] } }
            .flatMap { Int($0.prefix(while: \.isNumber)) }
        return port != nil
    }
    return port ?? 0
}
