import Domain
import Logging
import PostgresClient
import TestSupport
import Testing
import UseCases

@testable import PostgresReports

/// The reports of a history that is small enough to compute by hand.
struct ReportDefinitionTests {
    /// The time of the reports, so that no figure depends on the day of the test, or on a midnight during it.
    private static let instant = "2026-03-10 12:30:00Z"

    /// Runs a body with sessions in which it is always that instant: their search path finds another `now()` first.
    private static func atInstant(
        _ stock: PostgresStock, _ body: (PostgresClient) async throws -> Void
    ) async throws {
        try await stock.sql(
            """
            CREATE SCHEMA fixed;
            CREATE FUNCTION fixed.now() RETURNS timestamptz LANGUAGE sql STABLE AS
                'SELECT timestamptz ''\(instant)'''
            """)
        var configuration = ReportSession.configuration(stock.database.configuration)
        configuration.sessionSettings.append(("search_path", "fixed, pg_catalog, public"))
        let client = PostgresClient(
            configuration: configuration, reactor: TestDatabase.reactor, sharedConnections: 1, maximumConnections: 1)
        let result: Result<Void, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        await client.shutdown()
        try result.get()
    }

    /// Product A at 10.00 for three days, product B at 2.50 since today, product C without records.
    ///
    ///     day          A                                      closes   B               closes
    ///     3 days ago   receive 100                            100
    ///     2 days ago   reserve 4, confirm 4                    96
    ///     yesterday    ship 6, adjust -1                       89
    ///     today                                                89      receive 20      20
    private static func write(_ stock: PostgresStock) async throws {
        let records = try await stock.makeCatalogue(skus: ["A", "B", "C"], warehouses: ["W1"])
        for record in records.prefix(2) {
            let policy = PolicyChange(record: record, reorderPoint: 0, reorderQuantity: 1)
            _ = try await stock.engine.submit(.setPolicy(policy), actor: "test")
        }
        let a = try #require(try await stock.record(records[0])).id
        let b = try #require(try await stock.record(records[1])).id
        try await stock.sql(
            "UPDATE products SET base_price = CASE sku WHEN 'A' THEN 10.00 ELSE 2.50 END;"
                + entry(a, 1, "receive", 3, 100) + entry(a, 2, "reserve", 2, 0, 4) + entry(a, 3, "confirm", 2, -4, -4)
                + entry(a, 4, "ship", 1, -6) + entry(a, 5, "adjust", 1, -1) + entry(b, 1, "receive", 0, 20))
    }

    /// SQL that inserts a ledger row at a number of days before the instant and updates its record.
    private static func entry(
        _ id: InventoryID, _ version: Int, _ type: String, _ days: Int, _ change: Int, _ reserved: Int = 0
    ) -> String {
        """
        INSERT INTO inventory_transactions (inventory_id, version, id, type, quantity_change, quantity_after,
            reserved_change, reserved_after, actor, created_at)
        SELECT '\(id)', \(version), gen_random_uuid(), '\(type)', \(change), i.quantity_on_hand + \(change),
            \(reserved), i.quantity_reserved + \(reserved), 'test',
            date_trunc('day', timestamptz '\(instant)', 'UTC') - interval '\(days * 24) hours'
                + CASE \(days) WHEN 0 THEN interval '0' ELSE interval '10 hours' END
        FROM inventory i WHERE id = '\(id)';
        UPDATE inventory SET quantity_on_hand = quantity_on_hand + \(change),
            quantity_reserved = quantity_reserved + \(reserved), version = \(version) WHERE id = '\(id)';

        """
    }

    private static func decimal(_ text: String) throws -> ExactDecimal { try #require(ExactDecimal(text)) }

    private static func figures(_ texts: String?...) throws -> TurnoverFigures {
        TurnoverFigures(
            unitsOut: try decimal(try #require(texts[0])), valueOut: try decimal(try #require(texts[1])),
            averageOnHand: try decimal(try #require(texts[2])), turnover: try texts[3].map(decimal),
            daysOfCover: try texts[4].map(decimal))
    }

    private static func check(_ client: PostgresClient, _ when: String) async throws {
        let reports = PostgresStockReports(client: client, reactor: TestDatabase.reactor)
        let summary = try await reports.summary()
        #expect(try summary.inventoryValue == decimal("940.00"), "\(when)")
        #expect(summary.productCount == 3 && summary.inventoryCount == 2, "\(when)")
        #expect(summary.pendingReservations == 0, "\(when)")

        let turnover = try await reports.turnover(days: 3, page: PageRequest(limit: 2))
        #expect(try turnover.total == figures("10", "100.00", "98.000", "0.1020", "32.7"), "\(when)")
        #expect(turnover.page.items.map(\.sku.description) == ["A", "B"])
        #expect(try turnover.page.items[0].figures == figures("10", "100.00", "91.333", "0.1095", "26.7"), "\(when)")
        #expect(try turnover.page.items[1].figures == figures("0", "0.00", "20.000", "0.0000", nil), "\(when)")
        let rest = try await reports.turnover(days: 3, page: PageRequest(limit: 2, cursor: turnover.page.next))
        #expect(rest.page.items.map(\.sku.description) == ["C"] && rest.page.next == nil)
        #expect(try rest.page.items[0].figures == figures("0", "0.00", "0.000", nil, nil), "\(when)")

        let days = try await reports.movements(days: 2, bucket: .day)
        #expect(days.map(\.unitsIn.description) == ["0", "20"], "\(when)")
        #expect(days.map(\.unitsOut.description) == ["6", "0"], "\(when)")
        #expect(days.map(\.unitsAdjusted.description) == ["-1", "0"], "\(when)")
        #expect(days[1].start.milliseconds - days[0].start.milliseconds == 86_400_000)
        #expect(days[0].start.milliseconds % 86_400_000 == 0)
        let hours = try await reports.movements(days: 2, bucket: .hour)
        #expect(hours.count == 48 && hours[1].start.milliseconds - hours[0].start.milliseconds == 3_600_000)

        let movers = try await reports.topMovers(days: 7, limit: 10)
        #expect(movers.map(\.sku.description) == ["A", "B"], "\(when)")
        #expect(movers.map(\.transactionCount) == [5, 1] && movers[0].unitsOut.description == "10", "\(when)")
        #expect(try await reports.topMovers(days: 7, limit: 1).count == 1)
    }

    @Test("the figures equal those computed by hand, however much of the ledger has been summed up")
    func byHand() async throws {
        try await PostgresStock.with { stock in
            try await Self.write(stock)
            try await Self.atInstant(stock) { client in
                try await Self.check(client, "nothing summed up")
                try await stock.sql(Self.roll(Self.everyTransaction, 1_000))
                try await Self.check(client, "all summed up")
                try await stock.sql("SELECT restart_rollup()")
                try await Self.check(client, "all in the backlog")
                try await stock.sql(Self.roll(Self.everyTransaction, 3))
                try await Self.check(client, "half of the backlog summed up")
            }
        }
    }

    /// 1 unit out in 11 days whose balances add up to 160: 11 ÷ 160 is 0.06875, but 1 ÷ 14.545… is a little less
    /// wherever the average is rounded.
    @Test("a turnover halfway between two figures is rounded up, although its average has no finite decimals")
    func halfway() async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W1"])
            let policy = PolicyChange(record: records[0], reorderPoint: 0, reorderQuantity: 1)
            _ = try await stock.engine.submit(.setPolicy(policy), actor: "test")
            let id = try #require(try await stock.record(records[0])).id
            try await stock.sql(
                Self.entry(id, 1, "receive", 10, 15) + Self.entry(id, 2, "ship", 2, -1)
                    + Self.entry(id, 3, "adjust", 1, -1))
            try await Self.atInstant(stock) { client in
                let reports = PostgresStockReports(client: client, reactor: TestDatabase.reactor)
                let wanted = try Self.figures("1", "19.99", "14.545", "0.0688", "143.0")
                for _ in 0..<2 {
                    let turnover = try await reports.turnover(days: 11, page: PageRequest(limit: 1))
                    #expect(turnover.page.items.map(\.figures) == [wanted])
                    #expect(turnover.total == wanted)
                    try await stock.sql(Self.roll(Self.everyTransaction, 1_000))
                }
            }
        }
    }

    /// A limit that no pass reaches: transactions are counted over the whole server, which other suites keep busy.
    private static let everyTransaction = 1_000_000_000

    /// SQL of one pass with limits.
    static func roll(_ transactions: Int, _ backlog: Int) -> String {
        "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT roll_ledger(\(transactions), \(backlog)); COMMIT"
    }

    @Test("top movers count from the exact moment, or from the start of its day where that is too much to read")
    func edge() async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W1"])
            let policy = PolicyChange(record: records[0], reorderPoint: 0, reorderQuantity: 1)
            _ = try await stock.engine.submit(.setPolicy(policy), actor: "test")
            let id = try #require(try await stock.record(records[0])).id
            try await stock.sql(
                """
                INSERT INTO inventory_transactions (inventory_id, version, id, type, quantity_change, quantity_after,
                    reserved_change, reserved_after, actor, created_at)
                SELECT '\(id)', n, gen_random_uuid(), 'policy', 0, 0, 0, 0, 'test', at FROM unnest(ARRAY[
                    timestamptz '2026-03-07 23:59:59.999Z', '2026-03-08 00:00Z', '2026-03-08 12:29:50Z',
                    '2026-03-08 12:40Z'
                ]) WITH ORDINALITY t (at, n)
                """)
            try await Self.atInstant(stock) { client in
                func count(_ rowLimit: Int64) async throws -> Int64? {
                    let query = PostgresQuery(ReportSQL.topMovers) { parameters in
                        for parameter in [2, 10, rowLimit] { parameters.append(parameter) }
                    }
                    let result = try await client.query(query)
                    return try result.rowCount == 0 ? nil : result.row(0).value(2)
                }
                #expect(try await count(1_000) == 1)
                try await stock.sql(Self.roll(Self.everyTransaction, 1_000))
                #expect(try await count(1_000) == 1)
                // Whole days: rows before the moment on its day count, too; rows of the day before do not.
                #expect(try await count(0) == 3)
            }
        }
    }
}
