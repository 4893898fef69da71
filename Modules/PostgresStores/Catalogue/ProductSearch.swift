import Domain
import PostgresClient
import PostgresRows
import UseCases

/// Finds a page of products by a SKU's beginning or by words of the name, in the order of SKUs.
///
/// Neither way of finding is good for all words. A word that many names have is soon met in the order of SKUs, while the
/// index of names would bring all that have it. A word that few have is soon found by the index, while in order all
/// products would be looked at. So it begins in order, goes on so while there is enough, and asks the index for the rest.
struct ProductSearch {
    let words: [String]
    let isArchived: Bool?

    /// Products that one statement looks at in order, one after the other: a fraction of a millisecond first, which is
    /// enough to tell, and some ten at last.
    var stretches = [2_048, 16_384, 65_536]

    /// With fewer than one in so many found the index is asked: it takes some five times as long for each product that it
    /// finds as looking at one in order does, and the search is for a page of about fifty.
    static let rare = 512

    /// Words that the index is asked for at most; further ones only narrow down what it finds.
    private static let highestIndexed = 3

    /// - Parameters:
    ///   - text: words, in any case.
    ///   - isArchived: nil for archived ones and others.
    init(_ text: String, isArchived: Bool?) {
        words = text.split(whereSeparator: \.isWhitespace).map { folded(String($0)) }
        self.isArchived = isArchived
    }

    /// - Parameters:
    ///   - sku: products behind this one.
    ///   - limit: products at most.
    func products(
        after sku: String, limit: Int, by client: some PostgresQuerying
    ) async throws(ServiceFailure) -> [Product] {
        var found: [Product] = []
        var after = sku
        var lookedAt = 0
        var stretch = 0
        while true {
            let size = stretches[min(stretch, stretches.count - 1)]
            var end: String?
            let steps = try await client.rows(query(after: after, limit: limit - found.count, size: size), Step.init)
            for step in steps {
                switch step {
                case .found(let product): found.append(product)
                case .end(let sku): end = sku
                }
            }
            guard found.count < limit, let last = end else { return found }
            after = last
            lookedAt += size
            stretch += 1
            if found.count * Self.rare < lookedAt || stretch >= stretches.count, !indexed.isEmpty { break }
        }
        return found
            + (try await client.rows(query(byIndexAfter: after, limit: limit - found.count), ProductRow.product))
    }

    /// One row of a stretch.
    private enum Step {
        case found(Product)
        /// The last SKU of the stretch, behind which there may be more; not there when the page is full.
        case end(String)

        init(_ row: inout PostgresRow) throws(PostgresError) {
            let isEnd: Bool = try row.next()
            if isEnd {
                _ = try row.nextOptional() as ProductID?
                self = .end(try row.next())
            } else {
                self = .found(try ProductRow.product(&row))
            }
        }
    }

    private func query(after sku: String, limit: Int, size: Int) -> PostgresQuery {
        PostgresQuery(Self.inOrder) { parameters in
            parameters.append(sku)
            parameters.append(isArchived)
            parameters.append(Int64(limit))
            parameters.append(Int64(size))
            parameters.append(likePattern(phrase, anywhere: false))
            parameters.appendArray(words.map { likePattern($0, anywhere: true) })
        }
    }

    private func query(byIndexAfter sku: String, limit: Int) -> PostgresQuery {
        PostgresQuery(Self.byIndex[indexed.count - 1]) { parameters in
            parameters.append(sku)
            parameters.append(isArchived)
            parameters.append(Int64(limit))
            parameters.append(phrase)
            parameters.appendArray(words.map { likePattern($0, anywhere: true) })
            for word in indexed { parameters.append(likePattern(word, anywhere: true)) }
        }
    }

    /// What a SKU begins with.
    private var phrase: String { words.joined(separator: " ") }

    /// The longest words that the index of names can find: it knows three letters or digits in a row.
    private var indexed: [String] {
        let known = words.filter { word in
            word.unicodeScalars.split { !$0.properties.isAlphabetic && $0.properties.numericType == nil }
                .contains { $0.count >= 3 }
        }
        return Array(Set(known).sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }.prefix(Self.highestIndexed))
    }

    // MARK: Statements

    /// The end is not looked for when the page is full before: what is put behind each other runs one after the other.
    private static let inOrder = PostgresStatement(
        """
        (
            SELECT false, \(ProductRow.columns) FROM (
                SELECT * FROM products WHERE sku > $1 ORDER BY sku LIMIT $4
            ) stretch
            WHERE ($2::boolean IS NULL OR archived = $2)
                AND (lower(sku) LIKE $5 OR name_folded LIKE ALL ($6::text[]))
            ORDER BY sku LIMIT $3
        ) UNION ALL (
            SELECT true, NULL, sku, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM products
            WHERE sku > $1 ORDER BY sku OFFSET $4 - 1 LIMIT 1
        ) LIMIT $3
        """)

    /// For one, two or three words. `OFFSET 0` keeps the planner from going by SKU after all, which is what was not good.
    private static let byIndex = (1...highestIndexed).map { count in
        PostgresStatement(
            """
            SELECT \(ProductRow.columns) FROM (
                SELECT * FROM (
                    SELECT * FROM products
                    WHERE \((0..<count).map { "name_folded LIKE $\(6 + $0)" }.joined(separator: " AND ")) OFFSET 0
                ) named WHERE name_folded LIKE ALL ($5::text[])
                UNION ALL
                SELECT * FROM (
                    SELECT * FROM products WHERE lower(sku) ~>=~ $4 AND lower(sku) ~<~ ($4 || chr(1114111)) OFFSET 0
                ) coded WHERE NOT name_folded LIKE ALL ($5::text[])
            ) p
            WHERE sku > $1 AND ($2::boolean IS NULL OR archived = $2)
            ORDER BY sku LIMIT $3
            """)
    }
}

/// A LIKE pattern that means the text itself, at the beginning or anywhere.
private func likePattern(_ text: String, anywhere: Bool) -> String {
    var pattern = anywhere ? "%" : ""
    // By scalars: with an accent behind it a wildcard would be another character to us and still a wildcard to LIKE.
    for scalar in text.unicodeScalars {
        if scalar == "%" || scalar == "_" || scalar == "\\" { pattern.append("\\") }
        pattern.unicodeScalars.append(scalar)
    }
    return pattern + "%"
}
