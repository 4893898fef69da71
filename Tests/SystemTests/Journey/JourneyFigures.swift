import NIOHTTP1
import TestSupport
import Testing

/// Compares what a server shows with plain SQL. There must be no writes meanwhile.
struct JourneyFigures {
    let stage: Stage
    let client: StockClient

    /// - Parameter seed: chooses the products to compare.
    /// - Returns: how many values were compared.
    func compare(seed: UInt64) async throws -> Int {
        var count = try await compareReports()
        count += try await compareOverview()
        count += try await compareLists()
        for sku in try await stage.lines(PlainFigures.chosenProducts(seed)) {
            count += try await compareProduct(sku)
        }
        return count
    }

    // MARK: Comparing

    /// Time windows move on, so a figure must equal the SQL result from just before or just after it was read.
    @discardableResult
    func compare(
        _ what: String, _ shown: () async throws -> [JSON], _ plain: () async throws -> [JSON]
    ) async throws -> Int {
        var differences: [String] = []
        var count = 0
        for _ in 0..<5 {
            let before = try await plain()
            let shown = try await shown()
            count = before.map(Self.valueCount).reduce(0, +)
            differences = Self.differences(shown, before)
            if shown == before { break }
            let after = try await plain()
            differences = Self.differences(shown, after)
            if before == after { break }
        }
        #expect(differences == [], "\(what)")
        return count
    }

    private static func valueCount(_ json: JSON) -> Int {
        switch json {
        case .object(let members): members.values.map(valueCount).reduce(0, +)
        case .array(let values): values.map(valueCount).reduce(0, +)
        default: 1
        }
    }

    private static func differences(_ shown: [JSON], _ plain: [JSON]) -> [String] {
        var differences = zip(shown, plain).filter { $0 != $1 }.prefix(3).map { "\($0) and not \($1)" }
        if shown.count != plain.count { differences.append("\(shown.count) lines and not \(plain.count)") }
        return differences
    }

    func plain(_ sql: String) async throws -> [JSON] {
        try await stage.lines(sql).map { JSON(parsing: Array($0.utf8)) }
    }

    /// As text of a page: a name may contain what looks like a figure.
    private func words(_ sql: String) async throws -> [JSON] {
        try await plain(sql).map { line in
            switch line {
            case .object(let fields):
                .object(fields.mapValues { $0.text.map { .string(PageFigures.ungrouped($0)) } ?? $0 })
            case .string(let text): .string(PageFigures.ungrouped(text))
            default: line
            }
        }
    }

    func get(_ path: String) async throws -> JSON { try await stage.require(client.get(path)) }

    func page(_ path: String) async throws -> PageFigures { try PageFigures(await client.send(.GET, path)) }

    // MARK: Reports

    private func compareReports() async throws -> Int {
        var count = try await compare("/reports/summary") {
            guard case .object(var summary) = try await get("/reports/summary") else { return [] }
            for name in ["response_ms", "lock_wait_ms"] { summary[name] = nil }
            return [.object(summary)]
        } _: {
            try await plain(PlainFigures.summary)
        }
        for (days, limit) in [(7, 10), (1, 500), (30, 3), (365, 500)] {
            count += try await compare("/reports/top-movers of \(days) days") {
                try await get("/reports/top-movers?days=\(days)&limit=\(limit)")["items"].array
            } _: {
                try await plain(PlainFigures.topMovers(days: days, limit: limit))
            }
        }
        for days in [1, 30, 365] {
            count += try await compare("/reports/turnover of \(days) days") {
                try await turnover(days: days)
            } _: {
                try await plain(PlainFigures.turnover(days: days))
            }
        }
        for (bucket, days, hours) in [("day", 30, 24), ("day", 365, 24), ("hour", 1, 1), ("hour", 31, 1)] {
            count += try await compare("/reports/movements of \(days) days by \(bucket)") {
                try await get("/reports/movements?days=\(days)&bucket=\(bucket)")["items"].array
            } _: {
                try await plain(PlainFigures.movements(buckets: days * 24 / hours, hours: hours))
            }
        }
        return count
    }

    /// All pages, followed by the total as a product without a name.
    private func turnover(days: Int) async throws -> [JSON] {
        var lines: [JSON] = []
        var cursor: String?
        var total: JSON = .null
        repeat {
            let next = cursor.map { "&cursor=\($0)" } ?? ""
            let report = try await get("/reports/turnover?days=\(days)&limit=500\(next)")
            lines += report["items"].array
            guard report["days"] == .integer(days) else { throw Failure("\(report["days"])") }
            total = report["total"]
            cursor = report["next_cursor"].text
        } while cursor != nil
        guard case .object(var members) = total else { throw Failure("no total") }
        members["sku"] = .null
        members["name"] = .null
        return lines + [.object(members)]
    }

    // MARK: Pages

    private func compareOverview() async throws -> Int {
        let tables = [
            ("low", PlainFigures.low), ("mover", PlainFigures.movers), ("movement", PlainFigures.movementRows),
        ]
        var count = try await compare("the overview's tiles") {
            let page = try await page("/")
            // At most a hundred kilobytes, however much stock there is.
            #expect(page.html.utf8.count < 100_000)
            return [page.texts("data-figure"), page.texts("data-note")]
        } _: {
            try await words(PlainFigures.tiles) + words(PlainFigures.tileNotes)
        }
        for (kind, sql) in tables {
            count += try await compare("the overview's \(kind) lines") {
                try await page("/").rows(kind)
            } _: {
                try await words(sql)
            }
        }
        count += try await compare("the overview's chart of movements") {
            try DrawnMovements(page: try await page("/")).bars
        } _: {
            try await words(DrawnMovements.sql)
        }
        return count
    }

    private func compareLists() async throws -> Int {
        try await compare("the alerts") {
            try await page("/dashboard/alerts").rows("alert")
        } _: {
            try await words(PlainFigures.alerts)
        }
            + compare("the products") {
                try await page("/dashboard/products").rows("product")
            } _: {
                try await words(PlainFigures.products)
            }
    }

    private func compareProduct(_ sku: String) async throws -> Int {
        let path = "/dashboard/products/\(Journey.segment(sku))"
        var count = try await compare("the tiles of \(sku)") {
            let page = try await page(path)
            return [page.texts("data-figure"), page.texts("data-note")]
        } _: {
            try await words(PlainFigures.productTiles(sku)) + words(PlainFigures.productNotes(sku))
        }
        for (kind, sql) in [
            ("record", PlainFigures.records(sku)), ("open", PlainFigures.openReservations(sku)),
        ] {
            count += try await compare("the \(kind) lines of \(sku)") {
                try await page(path).rows(kind)
            } _: {
                try await words(sql)
            }
        }
        for code in try await plain(PlainFigures.records(sku)).compactMap(\.["key"].text) {
            let path = "\(path)?warehouse=\(Journey.segment(code))"
            count += try await compare("the ledger of \(sku) in \(code)") {
                try await ledger(path)
            } _: {
                try await words(PlainFigures.ledger(sku, code))
            }
            let chart = try DrawnHistory(page: try await page(path))
            let faults = try chart.differences(from: try await plain(PlainFigures.history(sku, code)))
            #expect(faults == [], "the chart of \(sku) in \(code)")
            count += 1
        }
        return count
    }

    /// All pages of the ledger.
    private func ledger(_ path: String) async throws -> [JSON] {
        var lines: [JSON] = []
        var next: String? = path
        while let path = next {
            let page = try await page(path)
            lines += page.rows("entry")
            next = page.next
        }
        return lines
    }
}
