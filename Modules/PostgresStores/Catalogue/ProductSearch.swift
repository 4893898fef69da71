import Domain
import PostgresClient
import PostgresRows
import UseCases

/// Finds a page of products by the beginning of the SKU or by words of the name, in the order of SKUs.
///
/// Neither a scan nor the index suits all words. For a common word a scan in the order of SKUs soon fills the page, while
/// the index of names would return every match. For a rare word the index is fast, while a scan would read all products.
/// So the search starts with a scan, continues while it finds enough, and gets the rest from the index.
struct ProductSearch {
    let words: [String]
    let isArchived: Bool?

    /// How many products each statement of the scan reads. The first takes a fraction of a millisecond, which shows how
    /// common the words are; the last takes about ten milliseconds.
    var scanSizes = [2_048, 16_384, 65_536]

    /// The search turns to the index when the scan reads more products than this per match: the index takes about five
    /// times as long per match as the scan takes per product, and a page has about fifty products.
    static let mostScannedPerMatch = 512

    /// The most words that the index looks up; further words only filter its matches.
    private static let indexedLimit = 3

    /// - Parameters:
    ///   - text: words, in any case.
    ///   - isArchived: nil for archived products and all others.
    init(_ text: String, isArchived: Bool?) {
        words = text.split(whereSeparator: \.isWhitespace).map { folded(String($0)) }
        self.isArchived = isArchived
    }

    /// - Parameters:
    ///   - sku: the products come after this one.
    ///   - limit: the most products.
    func products(
        after sku: String, limit: Int, by client: some PostgresQuerying
    ) async throws(ServiceFailure) -> [Product] {
        var found: [Product] = []
        var after = sku
        var scanned = 0
        var scan = 0
        while true {
            let size = scanSizes[min(scan, scanSizes.count - 1)]
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
            scanned += size
            scan += 1
            if found.count * Self.mostScannedPerMatch < scanned || scan >= scanSizes.count, !indexedWords.isEmpty {
                break
            }
        }
        return found
            + (try await client.rows(query(byIndexAfter: after, limit: limit - found.count), ProductRow.product))
    }

    /// One row of a scan.
    private enum Step {
        case found(Product)
        /// The last SKU of the scan, after which there may be more; absent when the page is full.
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
        PostgresQuery(Self.byIndex[indexedWords.count - 1]) { parameters in
            parameters.append(sku)
            parameters.append(isArchived)
            parameters.append(Int64(limit))
            parameters.append(phrase)
            parameters.appendArray(words.map { likePattern($0, anywhere: true) })
            for word in indexedWords { parameters.append(likePattern(word, anywhere: true)) }
        }
    }

    /// The beginning of the SKUs that match.
    private var phrase: String { words.joined(separator: " ") }

    /// The longest words that the index of names can find: it needs three letters or digits in a row.
    private var indexedWords: [String] {
        let known = words.filter { word in
            word.unicodeScalars.split { !$0.properties.isAlphabetic && $0.properties.numericType == nil }
                .contains { $0.count >= 3 }
        }
        return Array(Set(known).sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }.prefix(Self.indexedLimit))
    }

    // MARK: Statements

    /// `UNION ALL` runs its parts in order, so the statement does not look for the end when the page is full.
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

    /// For one, two or three words. `OFFSET 0` keeps the planner from scanning by SKU, which is slow
    /// for rare words.
    private static let byIndex = (1...indexedLimit).map { count in
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
    // By scalars: a wildcard with an accent after it is another `Character` in Swift, but still a wildcard to LIKE.
    for scalar in text.unicodeScalars {
        if scalar == "%" || scalar == "_" || scalar == "\\" { pattern.append("\\") }
        pattern.unicodeScalars.append(scalar)
    }
    return pattern + "%"
}
