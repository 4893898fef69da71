import Domain
import Logging
import PostgresClient
import TestSupport
import Testing

@testable import PostgresReports

/// The table of the ledger's kinds, and the sums that depend on it.
@Suite(.serialized)
struct LedgerKindsTests {
    private static func roller(_ stock: PostgresStock) -> PostgresLedgerRoller {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return PostgresLedgerRoller(
            client: stock.client, reactor: TestDatabase.reactor, duty: .standing, logger: logger)
    }

    @Test("the table has each kind of the domain, and the ledger admits those of the table and no other")
    func agree() async throws {
        try await PostgresStock.with { stock in
            let list = LedgerEntry.Kind.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            let known = try await stock.count("SELECT count(*) FROM ledger_kinds WHERE type IN (\(list))")
            #expect(known == LedgerEntry.Kind.allCases.count)
            let all = try await stock.count("SELECT count(*) FROM ledger_kinds")
            #expect(all == known)
            let agreeing = try await stock.count(Self.admitted)
            #expect(agreeing == 1)
            try await stock.sql("INSERT INTO ledger_kinds (type, bucket) VALUES ('test', 'received')")
            let stillAgreeing = try await stock.count(Self.admitted)
            #expect(stillAgreeing == 1)
        }
    }

    /// 1 when the CHECK's list is the table's.
    private static let admitted = """
        SELECT count(*) FROM pg_constraint
        WHERE conname = 'inventory_transactions_type_check' AND conrelid = 'inventory_transactions'::regclass
            AND string_to_array((regexp_match(pg_get_constraintdef(oid), '{(.*)}'))[1], ',')
                = (SELECT array_agg(type ORDER BY type) FROM ledger_kinds)
        """

    @Test("a kind is never changed and never removed, because the sums have its rows")
    func final() async throws {
        try await PostgresStock.with { stock in
            for change in [
                "UPDATE ledger_kinds SET bucket = 'shipped' WHERE type = 'receive'",
                "DELETE FROM ledger_kinds WHERE type = 'receive'", "TRUNCATE ledger_kinds",
            ] {
                await #expect(throws: PostgresError.self) { try await stock.sql(change) }
            }
        }
    }

    @Test(
        "a database with data is upgraded: the sums are those of the ledger, however far it was summed up",
        arguments: [0, 1, 4, 100])
    func upgrade(backlogPasses: Int) async throws {
        let random = SeededRandom()
        print("upgrade of the sums: TEST_SEED=\(random.seed)")
        let seed = Comment(rawValue: "seed \(random.seed)")
        try await TestDatabase.with(migrations: 12) { database in
            try await PostgresStock.on(database) { stock in
                let records = try await stock.makeCatalogue(skus: ["A", "B", "C"], warehouses: ["W1", "W2"])
                // The kinds that version 12 knows.
                var commands = RandomCommands(records: records, kinds: [.receive, .ship], random: random)
                for _ in 0..<400 { _ = await stock.result(of: commands.next()) }
                // All rows are backlog then, and the newer ones are not.
                try await stock.sql("SELECT restart_rollup()")
                for _ in 0..<100 { _ = await stock.result(of: commands.next()) }
                for _ in 0..<backlogPasses {
                    try await stock.sql(
                        "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT roll_ledger(5000, 37); COMMIT")
                }
                for _ in 0..<20 { _ = await stock.result(of: commands.next()) }

                try await database.migrate()
                #expect(try await stock.count(Self.wrongHours) == 0, seed)
                #expect(try await PlainReports.differences(stock, days: 3) == [], seed)

                var all = RandomCommands(records: records, random: commands.random)
                for _ in 0..<200 { _ = await stock.result(of: all.next()) }
                try await Self.roller(stock).rollUpToDate()
                #expect(try await stock.count(Self.wrongHours) == 0, seed)
                #expect(try await PlainReports.differences(stock, days: 3) == [], seed)
                // Servers of the version before derive it from the other sums.
                let otherwise = try await stock.count(
                    "SELECT count(*) FROM ledger_hours WHERE on_hand_change <> received - shipped - confirmed + adjusted"
                )
                #expect(otherwise == 0, seed)
                #expect(try await stock.audit() == [], seed)
            }
        }
    }

    /// Hours whose sum is not that of the ledger rows that are summed up.
    private static let wrongHours = """
        WITH plain AS (
            SELECT date_trunc('hour', t.created_at, 'UTC') AS hour, count(*) AS transactions,
                sum(t.quantity_change) AS on_hand_change
            FROM inventory_transactions t CROSS JOIN ledger_rollup r
            WHERE CASE WHEN t.written_in IS NULL
                THEN r.backlog_done OR (t.inventory_id, t.version) <= (r.backlog_id, r.backlog_version)
                ELSE t.written_in < r.seen_xmax AND NOT t.written_in = ANY (r.seen_xip) END
            GROUP BY 1
        )
        SELECT count(*) FROM ledger_hours h FULL JOIN plain p USING (hour)
        WHERE (h.transactions, h.on_hand_change) IS DISTINCT FROM (p.transactions, p.on_hand_change)
        """
}
