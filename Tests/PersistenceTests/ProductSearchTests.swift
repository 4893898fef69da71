import Domain
import TestSupport
import Testing
import UseCases

@testable import PostgresRows
@testable import PostgresStores

/// The scan and the index of a search together, compared with a check of each product.
@Suite(.serialized)
struct ProductSearchTests {
    private static let vocabulary = [
        "red", "blue", "shirt", "tea", "x", "100%", "größe", "a-b", "teapot", "shirts", "_",
    ]

    /// Products with names of a few words, the first words more often; half of the SKUs begin with a word.
    private static func catalogue(_ random: inout SeededRandom) throws -> [ProductDraft] {
        try (0..<150).map { index in
            let words = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                vocabulary[
                    min(
                        .random(in: vocabulary.indices, using: &random), .random(in: vocabulary.indices, using: &random)
                    )]
            }
            let beginsWithWord = Bool.random(using: &random)
            let sku = beginsWithWord ? "\(random.pick(["Tea", "tea", "RED", "x"]))-\(index)" : "P\(index)"
            return ProductDraft(
                sku: try #require(SKU(sku)), name: words.joined(separator: " ").uppercased(),
                basePrice: Money(hundredths: 1))
        }
    }

    /// The rule of the API: the SKU begins with the text, or the name has all of its words, in any case.
    private static func matches(_ product: Product, _ text: String) -> Bool {
        let words = text.split(whereSeparator: \.isWhitespace).map { folded(String($0)) }
        let name = Array(folded(product.name).utf8)
        return Array(folded(product.sku.description).utf8).starts(with: Array(words.joined(separator: " ").utf8))
            || words.allSatisfy { word in
                let part = Array(word.utf8)
                return name.indices.contains { name[$0...].starts(with: part) }
            }
    }

    @Test("every page of a search equals a check of each product, wherever the index takes over")
    func model() async throws {
        var random = SeededRandom()
        try await PostgresStock.with { stock in
            var products: [Product] = []
            for draft in try Self.catalogue(&random) {
                var product = try await stock.catalogue.createProduct(draft)
                if Int.random(in: 0..<4, using: &random) == 0 {
                    let archived = try await stock.catalogue.updateProduct(product.sku, ProductPatch(isArchived: true))
                    product = try #require(archived)
                }
                products.append(product)
            }
            products.sort { $0.sku.description.utf8.lexicographicallyPrecedes($1.sku.description.utf8) }
            for _ in 0..<500 {
                let text = (0..<random.pick([1, 1, 2, 3]))
                    .map { _ in
                        random.pick(Self.vocabulary + ["tea", "red", "TEA-1", "p1", "ed", "nothing", "teapots"])
                    }
                    .joined(separator: " ")
                let isArchived = random.pick([nil, true, false])
                let limit = random.pick([1, 2, 7, 200])
                let after = random.pick(["", random.pick(products).sku.description])
                var search = ProductSearch(text, isArchived: isArchived)
                search.scanSizes = random.pick([[1], [2, 3], [5, 20, 40], [20], [149], [150], [151], [600]])
                let found = try await search.products(after: after, limit: limit, by: stock.client)
                let expected = products.filter { product in
                    product.sku.description.utf8.lexicographicallyPrecedes(after.utf8) == false
                        && product.sku.description != after
                        && (isArchived == nil || product.isArchived == isArchived) && Self.matches(product, text)
                }
                #expect(
                    found.map(\.sku.description) == expected.prefix(limit).map(\.sku.description),
                    "\"\(text)\" after \(after), \(limit), archived \(String(describing: isArchived)), \(search.scanSizes), seed \(random.seed)"
                )
            }
        }
    }
}
