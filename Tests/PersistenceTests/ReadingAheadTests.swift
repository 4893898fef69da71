import Domain
import PostgresClient
import TestSupport
import Testing
import UseCases

@testable import PostgresDirectory

/// The directory reads the records before they are requested.
@Suite(.serialized)
struct ReadingAheadTests {
    @Test("all records are known without a query, however many pages they fill")
    func all() async throws {
        try await PostgresStock.with { first in
            // Two whole pages and one of a single record.
            try await first.sql(
                """
                INSERT INTO warehouses (id, code, name, created_at, updated_at)
                VALUES (gen_random_uuid(), 'W', 'W', now(), now());
                INSERT INTO products (id, sku, name, name_folded, base_price, created_at, updated_at)
                SELECT gen_random_uuid(), 'P' || n, 'P', 'p', 1, now(), now() FROM generate_series(1, 1001) n;
                INSERT INTO inventory (id, product_id, warehouse_id, quantity_on_hand, quantity_reserved, reorder_point,
                    reorder_quantity, version, created_at, updated_at)
                SELECT gen_random_uuid(), p.id, w.id, 0, 0, 0, 1, 0, now(), now() FROM products p, warehouses w
                """)
            try await PostgresStock.on(first.database) { second in
                let ids = try await second.ids()
                #expect(ids.count == 1_001)
                #expect(ids.allSatisfy { second.directory.known([.inventory($0)]) == nil })
                #expect(await second.directory.readAhead() == 1_001)
                for id in ids {
                    let reference = try #require(second.directory.known([.inventory(id)])?.first)
                    #expect(second.directory.knownID(reference.key) == id)
                    let names = RecordName.codes(reference.sku, reference.warehouseCode)
                    #expect(second.directory.known([names]) == [reference])
                }
            }
            // Reading ahead stops at half of the limit; a lookup finds the other records all the same.
            try await PostgresStock.on(first.database, directoryLimit: 1_000) { third in
                #expect(await third.directory.readAhead() == 500)
                let ids = try await third.ids()
                #expect(ids.count { third.directory.known([.inventory($0)]) != nil } == 500)
                for id in ids.suffix(20) { #expect(try await third.directory.reference(of: id) != nil) }
            }
        }
    }

    @Test("reading ahead waits while the database is away, and ends when it is cancelled")
    func outage() async throws {
        let away = PostgresClient(
            configuration: PostgresConfiguration(conninfo: "host=/nonexistent", applicationName: "test"),
            reactor: TestDatabase.reactor, maximumConnections: 1)
        let directory = PostgresRecordDirectory(client: away)
        let reading = Task { await directory.readAhead() }
        reading.cancel()
        #expect(await reading.value == 0)
        await away.shutdown()
    }
}

extension PostgresStock {
    fileprivate func ids() async throws -> [InventoryID] {
        let result = try await client.query(
            PostgresQuery(PostgresStatement("SELECT id FROM inventory ORDER BY id")), timeout: .seconds(5))
        return try (0..<result.rowCount).map { try result.row($0).value(0) }
    }
}
