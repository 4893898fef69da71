import Domain
import PostgresClient
import TestSupport
import Testing
import UseCases

@testable import PostgresRows

/// Top movers of the windows whose counts are stored, compared with plain SQL over the ledger.
@Suite(.serialized)
struct TopMoversTests {
    private static let windows: [Int64] = [1, 7, 30, 90, 365]

    /// One statement that inserts ledger rows of random records, at the current time and near the edges of the windows.
    private static func insert(_ count: Int, of records: [InventoryID], _ random: inout SeededRandom) -> String {
        let rows = (0..<count).map { index in
            let window: Int64 = random.pick(windows + [0])
            // Up to thirty hours to either side, so that whole days are crossed; often within the last seconds.
            let offset: Int64 =
                Bool.random(using: &random)
                ? .random(in: -108_000...108_000, using: &random) : .random(in: -3...3, using: &random)
            let type = random.pick(["receive", "ship", "confirm", "adjust", "reserve"])
            // Picks the first records far more often, so that there is a head and a tail with ties.
            let record = records[min(.random(in: records.indices, using: &random), .random(in: 0..<24, using: &random))]
            return
                "('\(record)'::uuid, \(index), '\(type)', \(Int.random(in: -5...5, using: &random)), \(window), \(offset))"
        }
        return writing(
            """
            SELECT r.id, n + coalesce((SELECT max(version) FROM inventory_transactions t WHERE t.inventory_id = r.id), 0) + 1,
                gen_random_uuid(), type, change, 0, 0, 0, 'test', date_trunc(
                    'milliseconds', least(now(), now() - days * interval '24 hours' + seconds * interval '1 second'))
            FROM (VALUES \(rows.joined(separator: ","))) r (id, n, type, change, days, seconds)
            """)
    }

    /// A statement that inserts ledger rows and applies their changes to the stock.
    private static func writing(_ rows: String) -> String {
        """
        WITH written AS (
            INSERT INTO inventory_transactions (inventory_id, version, id, type, quantity_change, quantity_after,
                reserved_change, reserved_after, actor, created_at)
            \(rows) RETURNING inventory_id, quantity_change
        )
        UPDATE inventory i SET quantity_on_hand = quantity_on_hand + change
        FROM (SELECT inventory_id, sum(quantity_change) AS change FROM written GROUP BY 1) w WHERE i.id = w.inventory_id
        """
    }

    /// Compares top movers, and turnover if wanted, with plain SQL in one snapshot.
    private static func differences(
        _ stock: PostgresStock, limit: Int64, withTurnover: Bool
    ) async throws -> [String] {
        try await stock.client.withConnection { connection in
            _ = try await connection.query(PostgresQuery(PlainReports.begin), timeout: .seconds(10))
            var differences: [String] = []
            for days in windows + [2] {
                guard let report = PlainReports.all(days: days, limit: limit).first(where: { $0.name == "top movers" })
                else { return ["no such report"] }
                let ours = try await PlainReports.rows(report.ours, report, connection)
                let plain = try await PlainReports.rows(report.plain, report, connection)
                if ours != plain { differences.append("\(limit) of \(days) days: \(ours) and not \(plain)") }
            }
            // The same rows by product and day.
            for report in PlainReports.all(days: 9) where withTurnover && report.name == "turnover" {
                let ours = try await PlainReports.rows(report.ours, report, connection)
                let plain = try await PlainReports.rows(report.plain, report, connection)
                if ours != plain { differences.append("\(report.name): \(ours) and not \(plain)") }
            }
            _ = try await connection.query(PostgresQuery(PlainReports.commit), timeout: .seconds(10))
            return differences
        }
    }

    /// Gives each window a list without most products: every product gets a new ledger row.
    private static func makeShortLists(_ stock: PostgresStock, heads: Int) async throws {
        try await stock.sql(
            """
            UPDATE mover_windows SET floor_transactions = NULL, head_size = \(heads);
            """
                + writing(
                    """
                    SELECT i.id, coalesce((SELECT max(version) FROM inventory_transactions t WHERE t.inventory_id = i.id), 0)
                        + 1, gen_random_uuid(), 'ship', -1, 0, 0, 0, 'test', date_trunc('milliseconds', now())
                    FROM inventory i
                    """))
        try await eventually("every window has a list with a floor") {
            try await stock.sql("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT roll_ledger(1000000000, 1000); COMMIT")
            return try await stock.count("SELECT count(*) FROM mover_windows WHERE floor_transactions > 0") == 5
        }
    }

    @Test("top movers equal plain SQL after every step of the roller, even with lists that are far too short")
    func random() async throws {
        var random = SeededRandom()
        let seed = random.seed
        print("top movers: TEST_SEED=\(seed)")
        try await PostgresStock.with { stock in
            let skus = (0..<30).map { "S\($0)" }.shuffled(using: &random)
            let records = try await stock.makeCatalogue(skus: skus, warehouses: ["W1", "W2"])
            for record in records {
                let policy = PolicyChange(record: record, reorderPoint: 0, reorderQuantity: 1)
                _ = try await stock.engine.submit(.setPolicy(policy), actor: "test")
            }
            // The random rows ship more than they receive.
            try await stock.sql("ALTER TABLE inventory DROP CONSTRAINT inventory_reserved_within_on_hand")
            var ids: [InventoryID] = []
            for record in records { ids.append(try #require(try await stock.record(record)).id) }
            for round in 0..<160 {
                // Ensures that the following rounds have floors to move.
                if round % 20 == 10 { try await Self.makeShortLists(stock, heads: .random(in: 1...9, using: &random)) }
                switch Int.random(in: 0..<40, using: &random) {
                case 0: try await stock.sql("SELECT restart_rollup()")
                case 1, 2:
                    // Restarts only the counts, from midnight on, so that many rows have to leave.
                    try await stock.sql(
                        """
                        UPDATE ledger_rollup SET movers_to = NULL; TRUNCATE product_movers, mover_heads;
                        UPDATE mover_windows SET floor_transactions = NULL, head_size = \(Int.random(in: 1...9, using: &random))
                        """)
                case 3: try await stock.sql("UPDATE products SET base_price = base_price + 1")
                case 4..<16:
                    try await stock.sql(Self.insert(.random(in: 1...60, using: &random), of: ids, &random))
                default:
                    // Transaction ids count over all databases of a server: busy databases use fifty in a moment.
                    let isFar = Bool.random(using: &random)
                    let transactions = isFar ? 1_000_000 : Int.random(in: 1...50, using: &random)
                    let rows = Int.random(in: 3...60, using: &random)
                    let end = Int.random(in: 0..<8, using: &random) == 0 ? "ROLLBACK" : "COMMIT"
                    try await stock.sql(
                        "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT roll_ledger(\(transactions), \(rows)); \(end)")
                }
                let found = try await Self.differences(
                    stock, limit: .random(in: 1...12, using: &random), withTurnover: round % 8 == 7)
                try #require(found == [], "round \(round), seed \(seed)")
            }
            let wrong = try await stock.count(
                """
                SELECT count(*) FROM mover_heads h JOIN mover_windows w USING (slot)
                LEFT JOIN product_movers m USING (product_id)
                WHERE m.transactions[slot] IS DISTINCT FROM h.transactions OR h.transactions < w.floor_transactions
                """)
            #expect(wrong == 0, "seed \(seed)")
        }
    }

    @Test("a report that began before the roller's pass has the rows between the two")
    func earlier() async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W1"])
            let policy = PolicyChange(record: records[0], reorderPoint: 0, reorderQuantity: 1)
            _ = try await stock.engine.submit(.setPolicy(policy), actor: "test")
            let roll = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT roll_ledger(1000000000, 1000); COMMIT"
            try await stock.client.withConnection { connection in
                // The transaction keeps its now(), but each statement has a new snapshot.
                try await connection.script("BEGIN", timeout: .seconds(5))
                let moment = try await connection.query(
                    PostgresQuery(PostgresStatement("SELECT (now() - interval '23:59:59.999')::text")),
                    timeout: .seconds(5))
                let edge: String = try moment.row(0).value(0)
                try await stock.sql(
                    """
                    INSERT INTO inventory_transactions (inventory_id, version, id, type, quantity_change,
                        quantity_after, reserved_change, reserved_after, actor, created_at)
                    SELECT id, 7, gen_random_uuid(), 'ship', -3, 0, 0, 0, 'test', '\(edge)' FROM inventory
                    """)
                try await eventually("the row has left the day's window") {
                    try await stock.sql(roll)
                    return try await stock.count(
                        """
                        SELECT count(*) FROM mover_windows
                        WHERE slot = 1 AND floor_transactions IS NOT NULL AND since > '\(edge)'
                        """) == 1
                }
                let reports = PlainReports.all(days: 1).filter { $0.name == "top movers" }
                for report in reports {
                    let ours = try await PlainReports.rows(report.ours, report, connection)
                    #expect(ours == ["(A,A,1,3)"])
                }
                #expect(reports.count == 1)
                try await connection.script("COMMIT", timeout: .seconds(5))
            }
        }
    }

    @Test("a report during a restart of the sums has correct figures")
    func restarted() async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: ["A", "B"], warehouses: ["W1"])
            for record in records {
                let receipt = StockChange(record: record, quantity: 7)
                _ = try await stock.engine.submit(.move(.change(.receive, receipt)), actor: "test")
            }
            let roll = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT roll_ledger(1000000000, 1000); COMMIT"
            try await stock.sql(roll)
            try await PostgresStock.on(stock.database) { other in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for report in PlainReports.all(days: 7, limit: 3) {
                        group.addTask {
                            for _ in 0..<25 {
                                // Compares with plain SQL before and after, because midnight may pass.
                                let right = try await Self.rows(report.plain, report, other)
                                let ours = try await Self.rows(report.ours, report, other)
                                guard ours != right else { continue }
                                let now = try await Self.rows(report.plain, report, other)
                                #expect(ours == now, "\(report.name)")
                            }
                        }
                    }
                    for _ in 0..<10 {
                        try await eventually("the sums restart") {
                            do {
                                try await stock.sql(
                                    "SET lock_timeout = 100; SELECT restart_rollup(); RESET lock_timeout")
                                try await stock.sql(roll)
                                return true
                            } catch let error as PostgresError
                                where ["40P01", "55P03", "40001"].contains(error.sqlState)
                            {
                                return false
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    /// Runs a statement as its own transaction, as the programs do.
    private static func rows(
        _ statement: PostgresStatement, _ report: PlainReports.Report, _ stock: PostgresStock
    ) async throws -> [String] {
        try await stock.client.withConnection { try await PlainReports.rows(statement, report, $0) }
    }

    @Test("a restart of the sums counts products that were created after its snapshot")
    func grown() async throws {
        try await PostgresStock.with { stock in
            _ = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W1"])
            try await stock.client.withConnection { connection in
                try await connection.script(
                    "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM products", timeout: .seconds(5))
                _ = try await stock.makeCatalogue(skus: ["B"], warehouses: ["W2"])
                try await connection.script("SELECT restart_rollup(); COMMIT", timeout: .seconds(5))
            }
            let differences = try await PlainReports.differences(stock, days: 1)
            #expect(differences == [])
        }
    }
}
