import Domain
import Logging
import PostgresClient
import TestSupport
import Testing
import UseCases

@testable import PostgresReports

/// The figures over the whole stock, compared with the commands that made it.
struct StockReportsTests {
    @Test("the summary has the counts, the value and the attempts of the last day")
    func figures() async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: ["A", "B"], warehouses: ["W1", "W2"])
            func submit(_ command: Command) async throws {
                _ = try await stock.engine.submit(command, actor: "test")
            }
            // Three records: 10 on hand; 4 on hand, 3 of them held, a point of 2; none.
            try await submit(.move(.change(.receive, StockChange(record: records[0], quantity: 10))))
            try await submit(.move(.change(.receive, StockChange(record: records[1], quantity: 4))))
            try await submit(.setPolicy(PolicyChange(record: records[1], reorderPoint: 2, reorderQuantity: 5)))
            try await submit(.setPolicy(PolicyChange(record: records[2], reorderPoint: 0, reorderQuantity: 5)))
            let order = ReserveOrder(
                orderID: OrderID(high: 1, low: 1), items: [.init(record: records[1], quantity: 3)], seconds: 60)
            try await submit(.reserve(order))
            let tally = PostgresAttemptTally(
                client: stock.client, reactor: TestDatabase.reactor, logger: Logger(label: "test"))
            for _ in 0..<3 { tally.count(succeeded: true) }
            tally.count(succeeded: false)
            await tally.write()
            tally.count(succeeded: true)
            await tally.write()
            // Attempts of another process, and attempts of two days ago.
            let other = PostgresAttemptTally(
                client: stock.client, reactor: TestDatabase.reactor, logger: Logger(label: "test"))
            other.count(succeeded: false)
            await other.write()
            try await stock.sql(
                "INSERT INTO reservation_attempts VALUES (now() - interval '2 days', gen_random_uuid(), 9, 9)")
            let summary = try await PostgresStockReports(client: stock.client, reactor: TestDatabase.reactor).summary()
            #expect(
                try summary
                    == StockSummary(
                        outOfStockCount: 1, lowStockCount: 2, inventoryValue: #require(ExactDecimal("279.86")),
                        productCount: 2,
                        inventoryCount: 3, pendingReservations: 1, pendingUnits: ExactDecimal(3), attempts: 6,
                        succeeded: 4,
                        openAlerts: 2))
        }
    }

    @Test("an empty stock has zeros, and the value may exceed 64 bits")
    func extremes() async throws {
        try await PostgresStock.with { stock in
            let reports = PostgresStockReports(client: stock.client, reactor: TestDatabase.reactor)
            let empty = try await reports.summary()
            #expect(empty.inventoryValue.description == "0.00" && empty.inventoryCount == 0 && empty.attempts == 0)
            let records = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W1"])
            try await stock.sql("UPDATE products SET base_price = 9999999999.99")
            let count = Adjustment(
                record: records[0], target: .count(Quantity.highest), note: Note(reason: "count"))
            _ = try await stock.engine.submit(.move(.adjust(count)), actor: "test")
            let other = PostgresStockReports(client: stock.client, reactor: TestDatabase.reactor)
            #expect(try await other.summary().inventoryValue.description == "90071992547319838007452590.09")
        }
    }

    @Test("callers within a second share a summary")
    func shared() async throws {
        try await PostgresStock.with { stock in
            let reports = PostgresStockReports(client: stock.client, reactor: TestDatabase.reactor)
            async let first = reports.summary()
            async let second = reports.summary()
            let both = try await (first, second)
            #expect(both.0 == both.1)
            _ = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W1"])
            try await eventually("the summary is read again") { try await reports.summary().productCount == 1 }
        }
    }

    @Test("housekeeping deletes old keys, minutes and sessions, and nothing younger")
    func housekeeping() async throws {
        try await PostgresStock.with { stock in
            try await stock.sql(
                """
                INSERT INTO idempotency_keys SELECT 'a', 'old ' || n, '\\x00', 200, '\\x00', now() - interval '25 hours'
                FROM generate_series(1, 12000) n;
                INSERT INTO idempotency_keys VALUES ('a', 'young', '\\x00', 200, '\\x00', now() - interval '23 hours');
                INSERT INTO reservation_attempts VALUES (now() - interval '32 days', gen_random_uuid(), 1, 1);
                INSERT INTO reservation_attempts VALUES (now() - interval '30 days', gen_random_uuid(), 1, 1);
                INSERT INTO api_keys VALUES ('k', decode(repeat('00', 32), 'hex'), '{read}', now());
                INSERT INTO dashboard_sessions
                VALUES (decode(repeat('01', 32), 'hex'), 'k', now() - interval '12 hours', now() - interval '1 second'),
                    (decode(repeat('02', 32), 'hex'), 'k', now() - interval '11 hours', now() + interval '1 hour');
                """)
            let housekeeping = PostgresHousekeeping(client: stock.client)
            let removed = try await housekeeping.purge()
            #expect(removed == 12_002)
            #expect(try await stock.count("SELECT count(*) FROM idempotency_keys") == 1)
            #expect(try await stock.count("SELECT count(*) FROM reservation_attempts") == 1)
            #expect(try await stock.count("SELECT count(*) FROM dashboard_sessions") == 1)
            #expect(try await housekeeping.purge() == 0)
        }
    }
}
