import Cache
import Domain
import PostgresStores
import TestSupport
import Testing
import UseCases
import WritePath

/// Imports of whole tables into PostgreSQL.
@Suite(.serialized)
struct BulkImportTests {
    private static func imports(_ stock: PostgresStock, cache: any StockCache) -> PostgresBulkImport {
        PostgresBulkImport(client: stock.client, cache: cache, reactor: TestDatabase.reactor)
    }

    private static func table<Row: Sendable>(_ rows: [Row]) -> ImportTable<Row> {
        var table = ImportTable<Row>()
        table.rows = rows.enumerated().map { ($0.offset + 2, $0.element) }
        return table
    }

    private static func row(
        _ record: RecordReference, _ onHand: Int64, point: Int64? = nil, quantity: Int64? = nil
    ) -> ImportedStock {
        ImportedStock(
            sku: record.sku, warehouseCode: record.warehouseCode, quantityOnHand: onHand, reorderPoint: point,
            reorderQuantity: quantity)
    }

    private static let options = ImportOptions(actor: "importer")

    private static func faults(_ body: () async throws -> Void) async throws -> [String] {
        do {
            try await body()
            return []
        } catch ServiceFailure.invalidRows(let faults) {
            return faults.named.map { "\($0.row) \($0.column ?? "-"): \($0.message)" }
        }
    }

    @Test
    func `Products are created, changed and left alone, and a second import of the same changes nothing`() async throws
    {
        try await PostgresStock.with { stock in
            let imports = Self.imports(stock, cache: NoStockCache())
            let skus = try (0..<3).map { try #require(SKU("P\($0)")) }
            func product(_ index: Int, _ name: String, _ description: String?? = .none) -> ImportedProduct {
                ImportedProduct(
                    sku: skus[index], name: name, basePrice: Money(hundredths: 10), description: description)
            }
            let first = Self.table([product(0, "a", "old"), product(1, "b", "old")])
            #expect(
                try await imports.importProducts(first, Self.options) == ImportSummary(rows: 2, created: 2, updated: 0))
            let second = Self.table([product(0, "a"), product(1, "Bé"), product(2, "c")])
            let summary = try await imports.importProducts(second, Self.options)
            #expect(summary == ImportSummary(rows: 3, created: 1, updated: 1) && summary.unchanged == 1)
            let changed = try #require(try await stock.catalogue.product(skus[1]))
            #expect(changed.name == "Bé" && changed.description == "old", "an absent column leaves the old value")
            let found = try await stock.catalogue.products(search: "bé", archived: nil, page: PageRequest(limit: 5))
            #expect(found.items.map(\.sku) == [skus[1]])
            let third = try await imports.importProducts(second, Self.options)
            #expect(third == ImportSummary(rows: 3, created: 0, updated: 0))
            _ = try await imports.importProducts(Self.table([product(1, "b", .some(nil))]), Self.options)
            #expect(try await stock.catalogue.product(skus[1])?.description == nil)
        }
    }

    @Test func `Warehouses keep a priority that the table does not name`() async throws {
        try await PostgresStock.with { stock in
            let imports = Self.imports(stock, cache: NoStockCache())
            let code = try #require(WarehouseCode("W"))
            func rows(_ name: String, _ priority: Int64?) -> ImportTable<ImportedWarehouse> {
                Self.table([ImportedWarehouse(code: code, name: name, priority: priority)])
            }
            #expect(try await imports.importWarehouses(rows("a", 7), Self.options).created == 1)
            #expect(try await imports.importWarehouses(rows("b", nil), Self.options).updated == 1)
            let read = try #require(try await stock.catalogue.warehouse(code))
            #expect(read.name == "b" && read.priority == 7)
        }
    }

    @Test
    func `Stock is set: new records by a receive row, known ones by an adjust, policies by rows of their own`()
        async throws
    {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: ["A", "B"], warehouses: ["W1", "W2"])
            let imports = Self.imports(stock, cache: NoStockCache())
            let first = Self.table([
                Self.row(records[0], 50, point: 5, quantity: 10), Self.row(records[1], 0),
                Self.row(records[2], 3, point: 3),
            ])
            #expect(
                try await imports.importStock(first, Self.options) == ImportSummary(rows: 3, created: 3, updated: 0))
            let made = try #require(try await stock.record(records[0]))
            #expect(made.quantityOnHand == 50 && made.reorderPoint == 5 && made.reorderQuantity == 10)
            let rows = try await stock.ledger(of: made.id)
            #expect(rows.map(\.kind) == [.receive] && rows[0].reason == "import" && rows[0].actor == "importer")
            let empty = try #require(try await stock.record(records[1]))
            #expect(empty.version == 0, "an empty record has no ledger row")
            let second = Self.table([
                Self.row(records[0], 40, point: 6), Self.row(records[1], 0), Self.row(records[2], 9),
                Self.row(records[3], 1),
            ])
            #expect(
                try await imports.importStock(second, Self.options) == ImportSummary(rows: 4, created: 1, updated: 2))
            let kinds = try await stock.ledger(of: made.id).map(\.kind)
            #expect(kinds.sorted { $0.rawValue < $1.rawValue } == [.adjust, .policy, .receive])
            #expect(try await stock.audit() == [])
            // Two records are low from the start, one of them recovered.
            let open = try await stock.count("SELECT count(*) FROM low_stock_alerts WHERE status = 'open'")
            let resolved = try await stock.count("SELECT count(*) FROM low_stock_alerts WHERE status = 'resolved'")
            #expect(open == 1 && resolved == 1)
        }
    }

    @Test func `All faults are named, the table's own among them, and nothing is changed`() async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: ["A", "B"], warehouses: ["W1", "W2"])
            let imports = Self.imports(stock, cache: NoStockCache())
            _ = try await imports.importStock(Self.table([Self.row(records[0], 10)]), Self.options)
            _ = try await stock.engine.submit(
                .reserve(
                    ReserveOrder(
                        orderID: StockFixture.order(), items: [.init(record: records[0], quantity: 4)], seconds: 600)),
                actor: "test")
            _ = try await stock.catalogue.updateProduct(records[2].sku, ProductPatch(isArchived: true))
            let unknown = try #require(SKU("NONE"))
            let nowhere = try #require(WarehouseCode("NOWHERE"))
            var table = Self.table([
                Self.row(records[0], 3), Self.row(records[1], 8), Self.row(records[2], 1),
                ImportedStock(
                    sku: unknown, warehouseCode: nowhere, quantityOnHand: 1, reorderPoint: nil, reorderQuantity: nil),
            ])
            table.faults.add(RowFault(row: 9, column: "sku", message: "of the table"))
            for isDryRun in [true, false] {
                let options = ImportOptions(actor: "importer", isDryRun: isDryRun)
                let found = try await Self.faults { _ = try await imports.importStock(table, options) }
                #expect(
                    found == [
                        "2 quantity_on_hand: must be at least 4, which is reserved",
                        "4 sku: Product B is archived",
                        "5 sku: Unknown SKU: NONE",
                        "5 warehouse_code: Unknown warehouse: NOWHERE",
                        "9 sku: of the table",
                    ])
            }
            #expect(try await stock.record(records[1]) == nil)
            #expect(try await stock.record(records[0])?.quantityOnHand == 10)
            // What is reserved and overdue does not count.
            _ = try await stock.count(
                "WITH made AS (UPDATE reservations SET expires_at = now() - interval '1 second' RETURNING 1) "
                    + "SELECT count(*) FROM made")
            _ = try await imports.importStock(Self.table([Self.row(records[0], 3)]), Self.options)
            #expect(try await stock.record(records[0])?.quantityOnHand == 3)
            #expect(try await stock.audit() == [])
        }
    }

    @Test func `A dry run counts and changes nothing`() async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W1", "W2"])
            let imports = Self.imports(stock, cache: NoStockCache())
            let options = ImportOptions(actor: "importer", isDryRun: true)
            let table = Self.table(records.map { Self.row($0, 5) })
            #expect(try await imports.importStock(table, options) == ImportSummary(rows: 2, created: 2, updated: 0))
            let product = ImportedProduct(
                sku: try #require(SKU("NEW")), name: "n", basePrice: Money(hundredths: 1), description: .none)
            #expect(try await imports.importProducts(Self.table([product]), options).created == 1)
            #expect(try await stock.count("SELECT count(*) FROM inventory") == 0)
            #expect(try await stock.catalogue.product(product.sku) == nil)
        }
    }

    @Test func `The same key gives the first answer, and another table under it is refused`() async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W1"])
            let imports = Self.imports(stock, cache: NoStockCache())
            func options(_ hash: UInt8) -> ImportOptions {
                ImportOptions(
                    actor: "importer",
                    once: Once(key: RequestKey(caller: "c", key: "k", requestHash: [hash])) { result in
                        (try? result.get()).map { KeptAnswer(status: 200, bytes: Array("\($0.created)".utf8)) }
                    })
            }
            let table = Self.table([Self.row(records[0], 5)])
            _ = try await imports.importStock(table, options(1))
            _ = try await stock.engine.submit(
                .move(.change(.receive, StockChange(record: records[0], quantity: 1))), actor: "test")
            await #expect(throws: ServiceFailure.replayed(KeptAnswer(status: 200, bytes: Array("1".utf8)))) {
                try await imports.importStock(table, options(1))
            }
            await #expect(throws: ServiceFailure.keyReused) { try await imports.importStock(table, options(2)) }
            #expect(try await stock.record(records[0])?.quantityOnHand == 6)
        }
    }

    @Test
    func `Imports beside sales, receives and one another lose no unit, and each is atomic`() async throws {
        try await PostgresStock.with { stock in
            var random = SeededRandom()
            print("seed \(random.seed)")
            let records = try await stock.makeCatalogue(skus: (0..<40).map { "S\($0)" }, warehouses: ["W1", "W2"])
            let imports = Self.imports(stock, cache: NoStockCache())
            let tables = (0..<12).map { _ in
                Self.table(records.shuffled(using: &random).prefix(60).map { Self.row($0, .random(in: 100...200)) })
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for table in tables {
                    group.addTask { _ = try await imports.importStock(table, Self.options) }
                }
                for worker in 0..<4 {
                    group.addTask {
                        for step in 0..<60 {
                            let record = records[(worker * 17 + step * 7) % records.count]
                            let item = ReserveOrder.Item(record: record, quantity: 1)
                            do {
                                if step % 3 == 0 {
                                    _ = try await stock.engine.submit(
                                        .move(.change(.receive, StockChange(record: record, quantity: 1))),
                                        actor: "sale")
                                } else {
                                    _ = try await stock.engine.submit(
                                        .reserve(
                                            ReserveOrder(orderID: StockFixture.order(), items: [item], seconds: 600)),
                                        actor: "sale")
                                }
                            } catch ServiceFailure.refused {
                                // No record yet.
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await stock.audit() == [])
            #expect(try await stock.count("SELECT count(*) FROM inventory") == 80)
        }
    }

    @Test
    func `A fault in the last row of a table of several statements undoes the first rows`() async throws {
        try await PostgresStock.with { stock in
            let imports = Self.imports(stock, cache: NoStockCache())
            let skus = try (0..<6_000).map { try #require(SKU("P\($0)")) }
            let products = skus.map {
                ImportedProduct(sku: $0, name: "n", basePrice: Money(hundredths: 100), description: .none)
            }
            #expect(try await imports.importProducts(Self.table(products), Self.options).created == 6_000)
            let code = try #require(WarehouseCode("W"))
            _ = try await imports.importWarehouses(
                Self.table([ImportedWarehouse(code: code, name: "w", priority: nil)]), Self.options)
            func rows(_ onHand: Int64) -> [ImportedStock] {
                skus.map {
                    ImportedStock(
                        sku: $0, warehouseCode: code, quantityOnHand: onHand, reorderPoint: nil, reorderQuantity: nil)
                }
            }
            #expect(try await imports.importStock(Self.table(rows(5)), Self.options).created == 6_000)
            #expect(try await imports.importStock(Self.table(rows(7)), Self.options).updated == 6_000)
            let unknown = ImportedStock(
                sku: try #require(SKU("NONE")), warehouseCode: code, quantityOnHand: 1, reorderPoint: nil,
                reorderQuantity: nil)
            let found = try await Self.faults {
                _ = try await imports.importStock(Self.table(rows(9) + [unknown]), Self.options)
            }
            #expect(found == ["6002 sku: Unknown SKU: NONE"])
            let units = try await stock.count("SELECT sum(quantity_on_hand)::bigint FROM inventory")
            #expect(units == 42_000)
            #expect(try await stock.audit() == [])
        }
    }
}
