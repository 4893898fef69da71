import Domain
import Logging
import PostgresClient
import Synchronization
import TestSupport
import Testing
import UseCases

@testable import PostgresReports

/// The sums count each ledger row once, whatever the order of the commits and whichever roller adds it.
@Suite(.serialized)
struct LedgerRollerTests {
    private static func roller(_ stock: PostgresStock) -> PostgresLedgerRoller {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return PostgresLedgerRoller(
            client: stock.client, reactor: TestDatabase.reactor, duty: .standing, logger: logger)
    }

    private static func receive(_ record: RecordReference, _ quantity: Int64) -> Command {
        .move(.change(.receive, StockChange(record: record, quantity: quantity)))
    }

    @Test("reports equal plain SQL in every snapshot, while two engines write and rollers roll, fail and restart")
    func random() async throws {
        var random = SeededRandom()
        let seed = random.seed
        print("reports under writes: TEST_SEED=\(seed)")
        try await PostgresStock.with { first in
            let records = try await first.makeCatalogue(skus: ["A", "B", "C"], warehouses: ["W1", "W2"])
            try await PostgresStock.on(first.database) { second in
                var commands = RandomCommands(records: records, random: SeededRandom(seed: random.next()))
                let all = (0..<1_500).map { _ in commands.next() }
                let writing = Flag()
                let rolls = SeededRandom(seed: random.next())
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await Self.rollUnreliably(first, until: writing, rolls) }
                    group.addTask {
                        while !writing.hasEnded { _ = try await Self.roller(second).pass() }
                    }
                    group.addTask {
                        defer { writing.end() }
                        try await Self.write(all, on: [first, second], seed: seed)
                    }
                    try await group.waitForAll()
                }
                try await Self.roller(first).rollUpToDate()
                let unrolled = try await first.count("SELECT count(*) FROM ledger_tail(NULL, NULL, NULL)")
                #expect(unrolled == 0, "seed \(seed)")
                let uncounted = try await first.count("SELECT count(*) FROM stock_count_changes")
                #expect(uncounted == 0, "seed \(seed)")
                let differences = try await PlainReports.differences(first, days: 3)
                #expect(differences == [], "seed \(seed)")
                #expect(try await first.audit() == [])
            }
        }
    }

    /// Set once, when the writers are done.
    private final class Flag: Sendable {
        private let state = Mutex(false)

        var hasEnded: Bool { state.withLock { $0 } }

        func end() { state.withLock { $0 = true } }
    }

    /// Writes commands in waves; during each, prices change, alerts are acknowledged and the reports are compared. Some
    /// waves end with a restart of the sums, never beside a reader: earlier snapshots do not survive a change of columns.
    private static func write(_ commands: [Command], on engines: [PostgresStock], seed: UInt64) async throws {
        for start in stride(from: 0, to: commands.count, by: 100) {
            async let price: Void = engines[0].sql(
                "UPDATE products SET base_price = round((random() * 100)::numeric, 2) WHERE sku <> 'C'")
            async let acknowledgements: Void = engines[0].sql(
                """
                UPDATE low_stock_alerts SET status = 'acknowledged', acknowledged_by = 'test', acknowledged_at = now()
                WHERE status = 'open' AND random() < 0.3
                """)
            async let differences = PlainReports.differences(engines[1], days: Int64(1 + start / 100 % 3))
            await withTaskGroup(of: Void.self) { group in
                for (index, command) in commands[start..<min(start + 100, commands.count)].enumerated() {
                    group.addTask { _ = await engines[index % 2].result(of: command) }
                }
            }
            try await price
            try await acknowledgements
            let found = try await differences
            #expect(found == [], "seed \(seed)")
            if start % 500 == 400 { try await restart(engines[0]) }
        }
    }

    /// Restarts the sums, which needs exclusive locks for a moment; it gives up and retries if it must wait.
    private static func restart(_ stock: PostgresStock) async throws {
        try await eventually("the sums restart") {
            do {
                try await stock.sql("SET lock_timeout = 200; SELECT restart_rollup(); RESET lock_timeout")
                return true
            } catch let error as PostgresError where ["40P01", "55P03"].contains(error.sqlState) {
                return false
            }
        }
    }

    /// Runs passes whose limits leave rows over, and passes that roll back.
    private static func rollUnreliably(
        _ stock: PostgresStock, until writing: Flag, _ random: SeededRandom
    ) async throws {
        var random = random
        while !writing.hasEnded {
            let (transactions, backlog) = (
                Int.random(in: 1...9, using: &random), Int.random(in: 1...40, using: &random)
            )
            let end = Int.random(in: 0..<5, using: &random) == 0 ? "ROLLBACK" : "COMMIT"
            do {
                try await stock.sql(
                    """
                    BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT roll_ledger(\(transactions), \(backlog));
                    SELECT roll_stock_counts(\(transactions)); \(end)
                    """)
            } catch let error as PostgresError where ["40001", "40P01", "55P03"].contains(error.sqlState) {
                continue
            }
        }
    }

    @Test("a transaction that commits after a younger one is added once, after its commit")
    func lateCommit() async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: ["A", "B"], warehouses: ["W1"])
            for record in records { _ = try await stock.engine.submit(Self.receive(record, 5), actor: "test") }
            let late = try #require(try await stock.record(records[0])).id
            try await stock.client.withConnection { connection in
                try await connection.script(
                    """
                    BEGIN;
                    UPDATE inventory SET quantity_on_hand = 12, version = 2 WHERE id = '\(late)';
                    INSERT INTO inventory_transactions (inventory_id, version, id, type, quantity_change,
                        quantity_after, reserved_change, reserved_after, actor, created_at)
                    VALUES ('\(late)', 2, gen_random_uuid(), 'receive', 7, 12, 0, 0, 'late', now());
                    """, timeout: .seconds(5))
                for _ in 0..<3 {
                    _ = try await stock.engine.submit(Self.receive(records[1], 1), actor: "test")
                    try await Self.roller(stock).rollUpToDate()
                }
                #expect(try await stock.count("SELECT sum(on_hand)::bigint FROM ledger_rollup") == 13)
                var differences = try await PlainReports.differences(stock, days: 1)
                #expect(differences == [])
                try await connection.script("COMMIT", timeout: .seconds(5))
                differences = try await PlainReports.differences(stock, days: 1)
                #expect(differences == [], "committed but not summed up")
            }
            try await Self.roller(stock).rollUpToDate()
            #expect(try await stock.count("SELECT on_hand::bigint FROM ledger_rollup") == 20)
            #expect(try await stock.count("SELECT sum(on_hand_change)::bigint FROM ledger_product_days") == 20)
            let differences = try await PlainReports.differences(stock, days: 1)
            #expect(differences == [])
        }
    }

    @Test("a second roller does nothing during a pass, and repeats the pass of a roller that died")
    func twoRollers() async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W1"])
            _ = try await stock.engine.submit(Self.receive(records[0], 5), actor: "test")
            try await stock.client.withConnection { connection in
                try await connection.script(
                    "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT roll_ledger(100, 100)", timeout: .seconds(5))
                let other = try await Self.roller(stock).pass()
                #expect(other == nil)
                await connection.close()
            }
            try await eventually("the dead roller's row is free") { try await Self.roller(stock).pass() != nil }
            try await Self.roller(stock).rollUpToDate()
            #expect(try await stock.count("SELECT on_hand::bigint FROM ledger_rollup") == 5)
            let second = try await Self.roller(stock).pass()
            #expect(second == .init(rows: 0, isComplete: true, hasBacklog: false))
            let differences = try await PlainReports.differences(stock, days: 1)
            #expect(differences == [])
        }
    }

    @Test("a long pass survives other rollers, and its time is that of its end")
    func longPass() async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W1"])
            try await Self.roller(stock).rollUpToDate()
            // A new record changes the stored counts: it is out of stock and low, and then not.
            _ = try await stock.engine.submit(Self.receive(records[0], 500), actor: "test")
            try await stock.client.withConnection { connection in
                try await connection.script("BEGIN; LOCK TABLE ledger_hours IN SHARE MODE", timeout: .seconds(5))
                let long = Task { try await Self.roller(stock).pass() }
                try await eventually("the pass waits in its middle") {
                    try await stock.count("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0
                }
                let other = try await Self.roller(stock).pass()
                #expect(other == nil)
                try await stock.sql("UPDATE stock_counts SET low_stock = low_stock")
                let released = try await stock.count("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
                try await connection.script("COMMIT", timeout: .seconds(5))
                #expect(try await long.value?.rows ?? 0 > 0)
                let rolledAt = try await stock.count(
                    "SELECT (extract(epoch FROM rolled_at) * 1000000)::bigint FROM ledger_rollup")
                #expect(rolledAt > released)
            }
            #expect(try await stock.count("SELECT on_hand::bigint FROM ledger_rollup") == 500)
            try await Self.roller(stock).rollUpToDate()
            let differences = try await PlainReports.differences(stock, days: 1)
            #expect(differences == [])
        }
    }

    @Test("on another server, where the stored transaction ids mean nothing, the roller starts again")
    func otherServer() async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: ["A", "B"], warehouses: ["W1"])
            _ = try await stock.engine.submit(Self.receive(records[0], 5), actor: "test")
            try await Self.roller(stock).rollUpToDate()
            try await stock.sql(
                "UPDATE ledger_rollup SET system_identifier = 1, seen_xmin = 1000000000, seen_xmax = 1000000000")
            _ = try await stock.engine.submit(Self.receive(records[1], 6), actor: "test")
            let first = try await Self.roller(stock).pass()
            #expect(first == .init(rows: 0, isComplete: false, hasBacklog: true))
            var differences = try await PlainReports.differences(stock, days: 1)
            #expect(differences == [])
            try await Self.roller(stock).rollUpToDate()
            #expect(try await stock.count("SELECT on_hand::bigint FROM ledger_rollup") == 11)
            differences = try await PlainReports.differences(stock, days: 1)
            #expect(differences == [])
        }
    }

    @Test("a substitute rolls when no other roller has rolled for some time")
    func substitute() async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W1"])
            // A pass takes in a limited number of the server's transactions, and other tests have made many.
            try await Self.roller(stock).rollUpToDate()
            _ = try await stock.engine.submit(Self.receive(records[0], 5), actor: "test")
            try await stock.sql("UPDATE ledger_rollup SET rolled_at = now() - interval '1 hour'")
            let roller = PostgresLedgerRoller(
                client: stock.client, reactor: TestDatabase.reactor, duty: .substitute, logger: Logger(label: "test"))
            let running = Task { await roller.run() }
            try await eventually("it rolls") { try await stock.count("SELECT on_hand::bigint FROM ledger_rollup") == 5 }
            running.cancel()
            await running.value
        }
    }
}
