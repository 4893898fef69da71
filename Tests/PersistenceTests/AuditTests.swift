import Domain
import TestSupport
import Testing
import UseCases

/// The audit finds every kind of damage that it checks for.
@Suite(.serialized)
struct AuditTests {
    /// The damage done to a healthy database, and a part of the violation that the audit must report.
    static let damages: [(sql: String, violation: String)] = [
        ("UPDATE inventory SET quantity_on_hand = quantity_on_hand + 1", "its ledger adds up to"),
        ("UPDATE inventory SET version = version + 1", "its ledger adds up to"),
        ("UPDATE reservations SET quantity = quantity + 1", "pending reservations hold"),
        ("UPDATE inventory_transactions SET quantity_after = quantity_after + 1 WHERE version = 1", "does not follow"),
        (
            "UPDATE inventory_transactions SET created_at = created_at - interval '1 day' WHERE version = 2",
            "does not follow"
        ),
        ("DELETE FROM inventory_transactions WHERE version = 1", "does not follow version 0"),
        (
            "UPDATE reservations SET status = 'confirmed', resolved_at = now() WHERE status = 'pending'",
            "the ledger says"
        ),
        (
            "ALTER TABLE inventory DROP CONSTRAINT inventory_reserved_within_on_hand; UPDATE inventory SET quantity_reserved = -1",
            "reserved -1"
        ),
        ("UPDATE inventory SET reorder_point = 1000", "is low, 0 unresolved alerts"),
        ("UPDATE stock_counts SET out_of_stock = out_of_stock + 1", "the summary counts 0 low records, 1 out of stock"),
    ]

    @Test("the audit reports each kind of damage", arguments: damages)
    func damage(_ sql: String, _ violation: String) async throws {
        try await PostgresStock.with { stock in
            let record = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W"])[0]
            _ = try await stock.engine.submit(
                .move(.change(.receive, StockChange(record: record, quantity: 10))), actor: "test")
            _ = try await stock.engine.submit(
                .reserve(
                    ReserveOrder(
                        orderID: StockFixture.order(), items: [.init(record: record, quantity: 2)], seconds: 600)),
                actor: "test")
            #expect(try await stock.audit() == [])
            try await stock.sql("ALTER TABLE inventory_transactions DISABLE TRIGGER ALL")
            try await stock.sql(sql)
            let violations = try await stock.audit()
            #expect(violations.contains { $0.contains(violation) }, "\(violations)")
        }
    }

    @Test("the ledger cannot be updated, deleted or truncated")
    func ledgerIsFinal() async throws {
        try await PostgresStock.with { stock in
            for sql in [
                "UPDATE inventory_transactions SET actor = 'me'", "DELETE FROM inventory_transactions",
                "TRUNCATE inventory_transactions",
            ] {
                await #expect(throws: (any Error).self) { try await stock.sql(sql) }
            }
        }
    }
}
