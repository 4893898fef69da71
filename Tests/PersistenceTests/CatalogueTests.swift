import Domain
import PostgresStores
import TestSupport
import Testing
import UseCases

/// Products and warehouses on PostgreSQL.
@Suite(.serialized)
struct CatalogueTests {
    private func draft(_ sku: String, _ name: String, price: Int64 = 100) throws -> ProductDraft {
        ProductDraft(sku: try #require(SKU(sku)), name: name, basePrice: Money(hundredths: price))
    }

    @Test("a product keeps its fields, and a second product with the same SKU is refused")
    func createProduct() async throws {
        try await PostgresStock.with { stock in
            let draft = ProductDraft(
                sku: try #require(SKU("a/B.c_1-2")), name: "Ünïcode 🛒 name", basePrice: Money.highestPrice,
                description: "d", attributes: #"{"colour":"red","n":[1,2.50]}"#)
            let made = try await stock.catalogue.createProduct(draft)
            let read = try #require(try await stock.catalogue.product(draft.sku))
            #expect(read == made)
            #expect(read.basePrice == Money.highestPrice && read.attributes == draft.attributes)
            await #expect(throws: ServiceFailure.alreadyExists("SKU already exists: a/B.c_1-2")) {
                try await stock.catalogue.createProduct(draft)
            }
        }
    }

    @Test("a patch changes the fields that it names and no others")
    func patch() async throws {
        try await PostgresStock.with { stock in
            let draft = try draft("A", "Apple")
            let made = try await stock.catalogue.createProduct(draft)
            let described = try await stock.catalogue.updateProduct(draft.sku, ProductPatch(description: "red"))
            #expect(described?.description == "red" && described?.name == "Apple")
            let changed = try await stock.catalogue.updateProduct(
                draft.sku, ProductPatch(basePrice: Money(hundredths: 5), description: .some(nil), isArchived: true))
            #expect(changed?.description == nil && changed?.basePrice.hundredths == 5 && changed?.isArchived == true)
            #expect(changed?.createdAt == made.createdAt)
            let other = try #require(SKU("B"))
            let missing = try await stock.catalogue.updateProduct(other, ProductPatch(name: "x"))
            #expect(missing == nil)
        }
    }

    @Test("a search matches the beginning of a SKU or all words of a name, in any case, and treats wildcards as text")
    func search() async throws {
        try await PostgresStock.with { stock in
            for (sku, name) in [
                ("TEA-1", "Green Tea 100% leaf"), ("TEA-2", "Black tea"), ("CUP_1", "Cup for tea"), ("CUPX1", "Mug"),
                ("GROSS", "ÜBER Größe"), ("X-ACUTE", "Vector x\u{301}"),
            ] {
                _ = try await stock.catalogue.createProduct(try draft(sku, name))
            }
            func found(_ text: String) async throws -> [String] {
                let page = try await stock.catalogue.products(
                    search: text, archived: nil, page: PageRequest(limit: 50))
                return page.items.map(\.sku.description)
            }
            let cases: [(String, [String])] = [
                ("tea", ["CUP_1", "TEA-1", "TEA-2"]), ("tea-", ["TEA-1", "TEA-2"]), ("TEA green", ["TEA-1"]),
                ("100%", ["TEA-1"]), ("%", ["TEA-1"]), ("cup_", ["CUP_1"]), ("zebra", []), ("\\", []),
                ("über", ["GROSS"]), ("größe ÜBER", ["GROSS"]), ("u\u{308}ber", ["GROSS"]),
                ("x\u{301}", ["X-ACUTE"]), ("%\u{301}", []), ("_\u{301}", []), ("\\\u{301}", []),
                ("  ", ["CUPX1", "CUP_1", "GROSS", "TEA-1", "TEA-2", "X-ACUTE"]),
            ]
            for (text, expected) in cases {
                let skus = try await found(text)
                #expect(skus == expected, "search \(text)")
            }
        }
    }

    @Test("the pages of products and warehouses have every item once, in order", arguments: [1, 3, 50])
    func pages(_ limit: Int) async throws {
        try await PostgresStock.with { stock in
            for index in 0..<10 {
                _ = try await stock.catalogue.createProduct(try draft("P\(index)", "p"))
                let code = try #require(WarehouseCode("W\(index)"))
                _ = try await stock.catalogue.createWarehouse(
                    WarehouseDraft(code: code, name: "w", priority: Int64(index % 3)))
            }
            let products = try await allItems(limit) { page in
                try await stock.catalogue.products(search: nil, archived: false, page: page)
            }
            #expect(products.map(\.sku.description) == (0..<10).map { "P\($0)" })
            let warehouses = try await allItems(limit) { try await stock.catalogue.warehouses(page: $0) }
            #expect(
                warehouses.map(\.code.description)
                    == ["W0", "W3", "W6", "W9", "W1", "W4", "W7", "W2", "W5", "W8"])
        }
    }

    @Test("a cursor of another list is refused")
    func badCursor() async throws {
        try await PostgresStock.with { stock in
            let page = PageRequest(limit: 5, cursor: Cursor(["x", "y", "z"]))
            await #expect(throws: ServiceFailure.badCursor) {
                try await stock.catalogue.products(search: nil, archived: nil, page: page)
            }
            await #expect(throws: ServiceFailure.badCursor) { try await stock.catalogue.warehouses(page: page) }
        }
    }

    @Test("a warehouse keeps its recipients until they are changed")
    func warehouse() async throws {
        try await PostgresStock.with { stock in
            let code = try #require(WarehouseCode("W"))
            _ = try await stock.catalogue.createWarehouse(WarehouseDraft(code: code, name: "w"))
            let addressed = try await stock.catalogue.updateWarehouse(
                code, WarehousePatch(alertRecipients: ["a@example.com", "b@example.com"]))
            #expect(addressed?.alertRecipients == ["a@example.com", "b@example.com"])
            let renamed = try await stock.catalogue.updateWarehouse(code, WarehousePatch(name: "new"))
            #expect(renamed?.alertRecipients.count == 2 && renamed?.name == "new")
            await #expect(throws: ServiceFailure.alreadyExists("Warehouse code already exists: W")) {
                try await stock.catalogue.createWarehouse(WarehouseDraft(code: code, name: "w"))
            }
        }
    }
}

/// Every item of a list, page by page.
func allItems<Item>(
    _ limit: Int, _ read: (PageRequest) async throws -> Page<Item>
) async throws -> [Item] {
    var items: [Item] = []
    var cursor: Cursor?
    repeat {
        let page = try await read(PageRequest(limit: limit, cursor: cursor))
        #expect(page.items.count <= limit)
        items += page.items
        cursor = page.next
    } while cursor != nil
    return items
}
