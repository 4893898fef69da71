import Domain
import Outbox
import PostgresClient
import PostgresStores
import TestSupport
import Testing
import UseCases

/// The dashboard's sessions and reads on PostgreSQL.
@Suite(.serialized)
struct DashboardStoreTests {
    private func hash(_ number: Int) throws -> APIKeyHash {
        try #require(APIKeyHash((0..<32).map { UInt8(truncatingIfNeeded: number >> (8 * ($0 % 8))) }))
    }

    private static func withSessions(
        _ body: (PostgresDashboardSessions, PostgresAPIKeyStore, PostgresClient) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let client = PostgresClient(
                configuration: database.configuration, reactor: TestDatabase.reactor, sharedConnections: 1,
                maximumConnections: 1)
            try await body(PostgresDashboardSessions(client: client), PostgresAPIKeyStore(client: client), client)
            await client.shutdown()
        }
    }

    // MARK: Sessions

    @Test func `A session lasts twelve hours, or until its key expires`() async throws {
        try await Self.withSessions { sessions, keys, _ in
            let long = try #require(APIKeyName("long"))
            let short = try #require(APIKeyName("short"))
            _ = try await keys.create(long, hash: hash(1), scopes: [.read, .stockWrite], seconds: nil)
            let brief = try await keys.create(short, hash: hash(2), scopes: [.read], seconds: 90)
            #expect(try await sessions.begin(hash(11), key: long))
            #expect(try await sessions.begin(hash(12), key: short))
            let first = try #require(try await sessions.find(hash(11)))
            #expect(try first.hash == hash(11) && first.key.name == long && first.key.scopes == [.read, .stockWrite])
            #expect(first.key.expiresAt == first.key.createdAt.adding(seconds: 12 * 3_600))
            #expect(try await sessions.find(hash(12))?.key.expiresAt == brief.expiresAt)
            #expect(try await sessions.find(hash(1)) == nil, "a key is not a session")
        }
    }

    @Test func `A revoked key's sessions are revoked, and it cannot begin another`() async throws {
        try await Self.withSessions { sessions, keys, client in
            let name = try #require(APIKeyName("shop"))
            _ = try await keys.create(name, hash: hash(1), scopes: [.read], seconds: nil)
            #expect(try await sessions.begin(hash(11), key: name))
            _ = try await keys.revoke(name)
            let reading = try #require(try await sessions.find(hash(11)))
            #expect(reading.key.state(at: reading.readAt) == .revoked)
            #expect(try await sessions.begin(hash(12), key: name) == false)
            let late = try #require(APIKeyName("late"))
            _ = try await keys.create(late, hash: hash(2), scopes: [.read], seconds: 60)
            try await client.withConnection { connection in
                try await connection.script(
                    "UPDATE api_keys SET created_at = '2020-01-01Z', expires_at = '2020-01-02Z' WHERE name = 'late'",
                    timeout: .seconds(5))
            }
            #expect(try await sessions.begin(hash(13), key: late) == false)
            #expect(try await sessions.begin(hash(14), key: #require(APIKeyName("unknown"))) == false)
        }
    }

    @Test func `A key has at most fifty sessions: the next one ends the oldest, and no session of another key`()
        async throws
    {
        try await Self.withSessions { sessions, keys, _ in
            let busy = try #require(APIKeyName("busy"))
            let calm = try #require(APIKeyName("calm"))
            _ = try await keys.create(busy, hash: hash(1), scopes: [.read], seconds: nil)
            _ = try await keys.create(calm, hash: hash(2), scopes: [.read], seconds: nil)
            #expect(try await sessions.begin(hash(100), key: calm))
            for number in 0..<52 { #expect(try await sessions.begin(hash(1_000 + number), key: busy)) }
            for number in 0..<52 {
                let isThere = try await sessions.find(hash(1_000 + number)) != nil
                #expect(isThere == (number >= 2), "\(number)")
            }
            #expect(try await sessions.find(hash(100)) != nil)
        }
    }

    @Test func `An ended session is gone, and ending it again changes nothing`() async throws {
        try await Self.withSessions { sessions, keys, _ in
            let name = try #require(APIKeyName("shop"))
            _ = try await keys.create(name, hash: hash(1), scopes: [.read], seconds: nil)
            #expect(try await sessions.begin(hash(11), key: name))
            try await sessions.end(hash(11))
            #expect(try await sessions.find(hash(11)) == nil)
            try await sessions.end(hash(11))
        }
    }

    // MARK: Reads

    @Test func `The change mark moves with every commit`() async throws {
        try await PostgresStock.with { stock in
            let queries = PostgresDashboardQueries(client: stock.client)
            let record = try #require(try await stock.makeCatalogue(skus: ["A"], warehouses: ["W1"]).first)
            var marks: Set<String> = [try await queries.changeMark()]
            for count in 2...6 {
                let change = StockChange(record: record, quantity: 1)
                _ = try await stock.engine.submit(.move(.change(.receive, change)), actor: "test")
                marks.insert(try await queries.changeMark())
                #expect(marks.count == count)
            }
        }
    }

    @Test func `Procurement has the unresolved alert and the suggestion of each low record`() async throws {
        try await PostgresStock.with { stock in
            let queries = PostgresDashboardQueries(client: stock.client)
            let records = try await stock.makeCatalogue(skus: ["A", "B"], warehouses: ["W1"])
            for record in records {
                let change = StockChange(record: record, quantity: 5)
                _ = try await stock.engine.submit(.move(.change(.receive, change)), actor: "test")
            }
            let low = try #require(try await stock.record(records[0]))
            let high = try #require(try await stock.record(records[1]))
            #expect(try await queries.procurement(of: []) == [:])
            let policy = PolicyChange(record: records[0], reorderPoint: 5, reorderQuantity: 4)
            _ = try await stock.engine.submit(.setPolicy(policy), actor: "test")
            let found = try await queries.procurement(of: [low.id, high.id])
            let state = try #require(found[low.id])
            #expect(found.count == 1 && state.alertStatus == .open && state.acknowledgedBy == nil)
            let suggestion = try #require(state.suggestion)
            #expect(suggestion.status == .open)
            let alerts = PostgresAlertStore(client: stock.client, lookups: stock.client)
            let view = try #require(
                try await alerts.suggestions(status: .open, page: PageRequest(limit: 5)).items.first)
            #expect(view.id == suggestion.id && view.unitPrice == suggestion.unitPrice)
            #expect(view.quantity == suggestion.quantity && view.alertID == state.alert)
            _ = try await alerts.acknowledge(state.alert, actor: "Bea")
            _ = try await alerts.decide(suggestion.id, .accept, actor: "Bea")
            let later = try #require(try await queries.procurement(of: [low.id])[low.id])
            #expect(later.alertStatus == .acknowledged && later.acknowledgedBy == "Bea")
            #expect(later.suggestion?.status == .accepted && later.suggestion?.decidedBy == "Bea")
        }
    }

    @Test
    func `Open reservations are the product's own, the first to expire first, and its totals span all warehouses`()
        async throws
    {
        try await PostgresStock.with { stock in
            let queries = PostgresDashboardQueries(client: stock.client)
            let records = try await stock.makeCatalogue(skus: ["A", "B"], warehouses: ["W1", "W2"])
            for record in records {
                let change = StockChange(record: record, quantity: 10)
                _ = try await stock.engine.submit(.move(.change(.receive, change)), actor: "test")
            }
            let ofA = records.filter { $0.sku.description == "A" }
            let other = try #require(records.first { $0.sku.description == "B" })
            var orders: [OrderID] = []
            for (record, seconds) in [(ofA[0], 300), (ofA[1], 100), (other, 50), (ofA[0], 200)]
                as [(RecordReference, Int64)]
            {
                let order = StockFixture.order()
                let items = [ReserveOrder.Item(record: record, quantity: 2)]
                let reserve = ReserveOrder(orderID: order, items: items, seconds: seconds)
                _ = try await stock.engine.submit(.reserve(reserve), actor: "test")
                orders.append(order)
            }
            let product = ofA[0].key.product
            let open = try await queries.openReservations(of: product, limit: 10)
            #expect(open.map(\.orderID) == [orders[1], orders[3], orders[0]])
            #expect(open.map(\.warehouseCode) == [ofA[1], ofA[0], ofA[0]].map(\.warehouseCode))
            #expect(try await queries.openReservations(of: product, limit: 1).count == 1)
            let totals = try await queries.totals(of: product)
            #expect(totals == ProductTotals(records: 2, onHand: 20, reserved: 6, lowRecords: 0))
            #expect(totals.available == 14)
        }
    }
}
