import Domain
import PostgresClient
import PostgresStores
import TestSupport
import Testing
import UseCases
import WritePath

/// The sweeper over PostgreSQL and the write path, composed as in its program.
struct SweeperTests {
    private static func bounds(page: Int = 10_000, weight: Int = 100) -> SweepBounds {
        var bounds = SweepBounds()
        bounds.pageLimit = page
        bounds.commandWeight = weight
        return bounds
    }

    private static func engine(_ bounds: SweepBounds, patience: Duration = .milliseconds(500)) -> EngineSettings {
        var settings = EngineSettings()
        settings.lanes = 1
        settings.batchLimit = 1
        settings.overdueLimit = bounds.commandWeight
        settings.waitLimit = patience
        return settings
    }

    private static func with(
        _ bounds: SweepBounds = bounds(), skus: Int = 1, warehouses: Int = 1,
        _ body: (SweeperFixture) async throws -> Void
    ) async throws {
        try await PostgresStock.with(settings: engine(bounds)) { stock in
            let records = try await stock.makeCatalogue(
                skus: (0..<skus).map { "S\($0)" }, warehouses: (0..<warehouses).map { "W\($0)" })
            for record in records {
                _ = try await stock.engine.submit(
                    .move(.change(.receive, StockChange(record: record, quantity: 1_000))), actor: "setup")
            }
            try await body(SweeperFixture(stock: stock, records: records, sweeper: stock.sweeper(bounds)))
            #expect(try await stock.audit() == [])
        }
    }

    @Test("a pass over several pages releases exactly the overdue reservations")
    func exactly() async throws {
        try await Self.with(Self.bounds(page: 7, weight: 5), skus: 4, warehouses: 3) { fixture in
            var overdue: [OrderID] = []
            var others: [OrderID] = []
            for round in 0..<5 {
                for record in fixture.records {
                    overdue.append(try await fixture.reserve(record, quantity: Int64(round + 1)))
                    others.append(try await fixture.reserve(record))
                }
            }
            let confirmed = try await fixture.reserve(fixture.records[0])
            _ = try await fixture.stock.engine.submit(.confirm(confirmed), actor: "test")
            try await fixture.makeOverdue(overdue)
            let result = await fixture.sweeper.pass()
            #expect(result.released == 60)
            #expect(result.records == 12)
            #expect(result.failures == 0)
            #expect(result.isComplete)
            #expect(result.oldestAge ?? .zero > .seconds(59))
            for order in overdue {
                let reservation = try #require(try await fixture.stock.queries.reservations(of: order).first)
                guard case .released(_, .expired) = reservation.status else {
                    Issue.record("\(order) is \(reservation.status)")
                    continue
                }
            }
            for order in others {
                #expect(try await fixture.stock.queries.reservations(of: order).first?.isPending == true)
            }
            for record in fixture.records { #expect(try await fixture.stock.record(record)?.quantityReserved == 5) }
            #expect(try await fixture.expiries(actor: "sweeper") == 60)
            let next = await fixture.sweeper.pass()
            #expect(next.released == 0 && next.records == 0 && next.oldestAge == nil && next.isComplete)
        }
    }

    @Test("one pass clears a record that needs several transactions")
    func heavyRecord() async throws {
        try await Self.with(Self.bounds(page: 20, weight: 6)) { fixture in
            var orders: [OrderID] = []
            for _ in 0..<50 { orders.append(try await fixture.reserve(fixture.records[0])) }
            try await fixture.makeOverdue(orders)
            let result = await fixture.sweeper.pass()
            #expect(result.released == 50)
            #expect(result.isComplete)
            let largest = fixture.stock.trace.inOrder.compactMap { batch in
                batch.decisions.reduce(0) { sum, decision in
                    if case .success(.expired(let count, _)) = decision.result { sum + count } else { sum }
                }
            }.max()
            #expect(largest == 6)
        }
    }

    @Test("positions have the precision of the database's clock, so a pass ends whatever microsecond a page ends at")
    func microseconds() async throws {
        try await Self.with(Self.bounds(page: 3)) { fixture in
            var orders: [OrderID] = []
            for _ in 0..<20 { orders.append(try await fixture.reserve(fixture.records[0])) }
            try await fixture.stock.sql(
                """
                UPDATE reservations r SET expires_at = timestamptz '2020-01-01 00:00:00.0007Z' + n.n * interval '1 microsecond'
                FROM (SELECT id, row_number() OVER () AS n FROM reservations) n WHERE n.id = r.id
                """)
            let overdue = fixture.stock.overdue
            var (seen, pages) = (0, 0)
            var position: OverduePosition?
            repeat {
                let page = try await overdue.page(after: position, until: nil, limit: 3)
                position = page.next
                pages += 1
                seen += page.lines.isEmpty ? 0 : 1
            } while position != nil && pages < 100
            #expect(pages == 7)
            #expect(seen == 7)
            #expect(await fixture.sweeper.pass().released == 20)
        }
    }

    @Test("a record whose row is locked fails alone, and the next pass releases it")
    func lockedRow() async throws {
        try await Self.with(skus: 8) { fixture in
            var orders: [OrderID] = []
            for record in fixture.records { orders.append(try await fixture.reserve(record)) }
            try await fixture.makeOverdue(orders)
            let blocked = try #require(try await fixture.stock.record(fixture.records[3]))
            try await fixture.stock.client.withConnection { connection in
                try await connection.script(
                    "BEGIN; SELECT FROM inventory WHERE id = '\(blocked.id)' FOR UPDATE", timeout: .seconds(5))
                let result = await fixture.sweeper.pass()
                #expect(result.released == 7)
                #expect(result.records == 7)
                #expect(result.failures == 1)
                #expect(result.isComplete)
                try await connection.script("COMMIT", timeout: .seconds(5))
            }
            let result = await fixture.sweeper.pass()
            #expect(result.released == 1)
            #expect(result.failures == 0)
        }
    }

    @Test("a record that recovers has its alert resolved and its suggestion withdrawn")
    func alerts() async throws {
        try await Self.with { fixture in
            let record = fixture.records[0]
            _ = try await fixture.stock.engine.submit(
                .setPolicy(PolicyChange(record: record, reorderPoint: 990, reorderQuantity: 5)), actor: "test")
            let order = try await fixture.reserve(record, quantity: 20)
            #expect(
                try await fixture.stock.count("SELECT count(*) FROM low_stock_alerts WHERE status = 'open'") == 1)
            try await fixture.makeOverdue([order])
            #expect(await fixture.sweeper.pass().released == 1)
            #expect(
                try await fixture.stock.count("SELECT count(*) FROM low_stock_alerts WHERE status = 'resolved'") == 1)
            #expect(
                try await fixture.stock.count(
                    "SELECT count(*) FROM purchase_order_suggestions WHERE status = 'withdrawn'") == 1)
        }
    }

    @Test("three sweepers at once release every reservation exactly once")
    func several() async throws {
        let bounds = Self.bounds(page: 40, weight: 10)
        try await Self.with(bounds, skus: 10, warehouses: 3) { fixture in
            var orders: [OrderID] = []
            for _ in 0..<10 {
                for record in fixture.records { orders.append(try await fixture.reserve(record)) }
            }
            try await fixture.makeOverdue(orders)
            let database = fixture.stock.database
            let released = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        try await PostgresStock.on(database, settings: Self.engine(bounds, patience: .seconds(10))) {
                            let result = await $0.sweeper(bounds).pass()
                            #expect(result.failures == 0)
                            return result.released
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(released == 300)
            #expect(try await fixture.expiries(actor: "sweeper") == 300)
        }
    }
}

/// Stock with a sweeper.
private struct SweeperFixture {
    let stock: PostgresStock
    let records: [RecordReference]
    let sweeper: ReservationSweeper

    func reserve(_ record: RecordReference, quantity: Int64 = 1) async throws -> OrderID {
        let order = StockFixture.order()
        let item = ReserveOrder.Item(record: record, quantity: quantity)
        _ = try await stock.engine.submit(
            .reserve(ReserveOrder(orderID: order, items: [item], seconds: 600)), actor: "test")
        return order
    }

    /// Moves the expiry of each order to a random time one to two minutes ago.
    func makeOverdue(_ orders: [OrderID]) async throws {
        let list = orders.map { "'\($0)'" }.joined(separator: ",")
        try await stock.sql(
            """
            UPDATE reservations SET expires_at = clock_timestamp() - interval '1 minute' - random() * interval '1 minute'
            WHERE order_id IN (\(list)) AND status = 'pending'
            """)
    }

    func expiries(actor: String) async throws -> Int64 {
        try await stock.count(
            "SELECT count(*) FROM inventory_transactions WHERE type = 'expire' AND actor = '\(actor)'")
    }
}

extension PostgresStock {
    fileprivate var overdue: PostgresOverdueRecords { PostgresOverdueRecords(lookups: client, directory: directory) }

    fileprivate func sweeper(_ bounds: SweepBounds) -> ReservationSweeper {
        ReservationSweeper(overdue: overdue, commands: engine, bounds: bounds)
    }
}
