import Domain
import PostgresDirectory
import PostgresStores
import TestSupport
import Testing
import UseCases

/// Lists, the ledger and past states on PostgreSQL.
@Suite(.serialized)
struct StockQueriesTests {
    /// 12 records whose figures are 0 ... 11 on hand with a reorder point of 5.
    private func withRecords(_ body: (PostgresStock, [RecordReference]) async throws -> Void) async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(
                skus: ["A", "B", "C", "D"], warehouses: ["W1", "W2", "W3"])
            for (index, record) in records.enumerated() {
                _ = try await stock.engine.submit(
                    .setPolicy(PolicyChange(record: record, reorderPoint: 5, reorderQuantity: 10)), actor: "setup")
                if index > 0 {
                    _ = try await stock.engine.submit(
                        .move(.change(.receive, StockChange(record: record, quantity: Int64(index)))), actor: "setup")
                }
            }
            try await body(stock, records)
        }
    }

    static let filters: [RecordFilter] = [nil, SKU("B")].flatMap { sku in
        [nil, WarehouseCode("W2")].flatMap { code in
            [nil, true, false].flatMap { low in
                [nil, true, false].map { out in
                    RecordFilter(sku: sku, warehouseCode: code, isLowStock: low, isOutOfStock: out)
                }
            }
        }
    }

    @Test("every combination of filters finds exactly the matching records, page by page")
    func filters() async throws {
        try await withRecords { stock, references in
            let records = try await allItems(500) { try await stock.queries.records(RecordFilter(), page: $0) }
            #expect(records.count == references.count)
            for filter in Self.filters {
                let expected = records.filter { record in
                    (filter.sku == nil || record.reference.sku == filter.sku)
                        && (filter.warehouseCode == nil || record.reference.warehouseCode == filter.warehouseCode)
                        && (filter.isLowStock == nil || record.isLowStock == filter.isLowStock)
                        && (filter.isOutOfStock == nil || (record.quantityAvailable == 0) == filter.isOutOfStock)
                }
                let found = try await allItems(2) { try await stock.queries.records(filter, page: $0) }
                #expect(found == expected, "\(filter)")
            }
        }
    }

    @Test("the low-stock list is sorted by the available quantity, also within one warehouse")
    func lowStock() async throws {
        try await withRecords { stock, _ in
            let lines = try await allItems(2) { try await stock.queries.lowStock(warehouse: nil, page: $0) }
            #expect(lines.map(\.quantityAvailable) == [0, 1, 2, 3, 4, 5])
            let some = try await allItems(1) {
                try await stock.queries.lowStock(warehouse: WarehouseCode("W2"), page: $0)
            }
            #expect(some.map(\.quantityAvailable) == [1, 4])
            #expect(some.first?.warehouseName == "W2" && some.first?.productName == "A")
        }
    }

    @Test("the ledger is filtered by kind and time, and a past state follows from its rows at any moment")
    func ledger() async throws {
        try await withRecords { stock, records in
            let record = records[3]
            for index in 1...40 {
                let command: Command =
                    index.isMultiple(of: 3)
                    ? .move(.change(.ship, StockChange(record: record, quantity: 1)))
                    : .move(.change(.receive, StockChange(record: record, quantity: 2)))
                _ = try await stock.engine.submit(command, actor: "test")
            }
            let id = try #require(try await stock.record(record)?.id)
            let ledger = try await stock.ledger(of: id)
            #expect(ledger.map(\.version) == Array(1...41))
            for kind in [LedgerEntry.Kind.ship, .receive, .confirm] {
                let found = try await allItems(7) {
                    try await stock.queries.transactions(of: id, LedgerFilter(kind: kind), page: $0)
                }
                #expect(found == ledger.reversed().filter { $0.kind == kind })
            }
            let (from, to) = (ledger[10].createdAt, ledger[30].createdAt)
            let between = try await allItems(7) {
                try await stock.queries.transactions(of: id, LedgerFilter(from: from, to: to), page: $0)
            }
            #expect(between == ledger.reversed().filter { $0.createdAt >= from && $0.createdAt < to })
            for moment in Set(ledger.map(\.createdAt.milliseconds)).flatMap({ [$0 - 1, $0, $0 + 1] }) {
                let last = ledger.last { $0.createdAt.milliseconds <= moment }
                let state = try await stock.queries.state(of: id, at: Instant(milliseconds: moment))
                #expect(
                    state
                        == StockState(
                            quantityOnHand: last?.quantityAfter ?? 0, quantityReserved: last?.reservedAfter ?? 0,
                            version: last?.version ?? 0))
            }
        }
    }

    @Test("availability adds up all warehouses; products without records have no lines, unknown products are missing")
    func availability() async throws {
        try await withRecords { stock, records in
            let lone = try await stock.catalogue.createProduct(
                ProductDraft(
                    sku: try #require(SKU("LONE")), name: "x", basePrice: Money(hundredths: 1)))
            let found = try await stock.queries.availability([
                records[3].key.product, lone.id, ProductID(high: 1, low: 1),
            ])
            #expect(found.map(\.sku.description) == ["B", "LONE"])
            #expect(found[0].quantityAvailable == 3 + 4 + 5)
            #expect(found[0].lines.map(\.warehouseCode.description) == ["W1", "W2", "W3"])
            #expect(found[1].lines.isEmpty)
        }
    }

    @Test("the directory finds records by every name, and reports unknown names")
    func directory() async throws {
        try await withRecords { stock, records in
            let record = records[0]
            let id = try #require(try await stock.record(record)?.id)
            let strange = RecordKey(
                product: record.key.product, warehouse: WarehouseID(high: 0, low: 9))
            let (sku, code) = (try #require(SKU("NO")), try #require(WarehouseCode("NO")))
            let resolved = try await stock.directory.resolve([
                .inventory(id), .identifiers(record.key.product, record.key.warehouse),
                .codes(record.sku, record.warehouseCode), .inventory(InventoryID(high: 0, low: 7)),
                .identifiers(strange.product, strange.warehouse), .codes(sku, record.warehouseCode),
                .codes(record.sku, code),
            ])
            #expect(
                resolved == [
                    .found(record), .found(record), .found(record),
                    .unknown("Unknown inventory record: 00000000-0000-0000-0000-000000000007"),
                    .unknown("Unknown warehouse: 00000000-0000-0000-0000-000000000009"),
                    .unknown("Unknown SKU: NO"), .unknown("Unknown warehouse: NO"),
                ])
        }
    }
}
