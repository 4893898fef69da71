import Foundation
import NIOHTTP1
import PostgresClient
import TestSupport
import Testing

/// A simulated history on a stage: orders of the past and of today, and the operations that a replay does not cover.
struct Journey {
    let stage: Stage
    let client: StockClient
    let files: JourneyFiles
    var random: SeededRandom
    /// The number of checkouts decided so far, and of those that were reserved.
    private(set) var attempts = 0
    private(set) var succeeded = 0

    init(_ stage: Stage, _ client: StockClient, _ files: JourneyFiles, _ random: SeededRandom) {
        self.stage = stage
        self.client = client
        self.files = files
        self.random = random
    }

    // MARK: Orders

    /// - Returns: the report of the replay.
    mutating func replay(_ files: [String]) async throws -> JSON {
        let run = try await Child.run(
            Products.path("inventoryctl"), ["replay", "--json", "--url", client.url, "--concurrency", "16"] + files,
            in: stage.folder, within: .seconds(1_200))
        let report = JSON(parsing: Array(run.output.utf8))
        guard run.end == .exit(0), report["failed"] == 0 else { throw Failure("\(run.output) \(run.errorOutput)") }
        attempts += (report["reserved"].int ?? 0) + (report["refused"].int ?? 0)
        succeeded += report["reserved"].int ?? 0
        return report
    }

    /// Spreads everything so far over the past 40 days, and restarts the ledger's sums.
    func age() async throws {
        try await stage.withSession { session in
            // Waits for a running roller before taking other locks, as `restart_rollup` does.
            try await session.script(
                """
                BEGIN;
                LOCK TABLE ledger_rollup IN ACCESS EXCLUSIVE MODE;
                ALTER TABLE inventory_transactions DISABLE TRIGGER inventory_transactions_are_final;
                UPDATE inventory_transactions SET created_at = date_trunc('milliseconds',
                    now() - interval '40 days' * extract(epoch FROM now() - created_at)
                        / (SELECT extract(epoch FROM now() - min(created_at)) FROM inventory_transactions));
                ALTER TABLE inventory_transactions ENABLE TRIGGER inventory_transactions_are_final;
                SELECT restart_rollup();
                COMMIT
                """, timeout: .seconds(120))
        }
    }

    // MARK: Other operations

    /// Expiring and lasting reservations, shortages, movements, prices, policies and decisions.
    mutating func live() async throws {
        try await stage.require(client.post("/warehouses", ["code": "NEW", "name": "A new fixture"]))
        try await stage.require(client.post("/products", ["sku": "NEW", "name": "New <1,000>", "base_price": "0.01"]))
        for _ in 0..<40 {
            let record = try await pick("quantity_on_hand - quantity_reserved > 2")
            try await reserve([record], ttl: random.pick([1, 3_600]))
            let other = try await pick("quantity_on_hand - quantity_reserved > 2 AND w.code <> '\(record.code)'")
            try await reserve([record, other], ttl: 3_600)
            try await move(record, other)
            try await decide()
        }
    }

    private mutating func reserve(_ records: [Record], ttl: Int) async throws {
        let isTooMuch = Int.random(in: 0..<5, using: &random) == 0
        let lines = records.map { (sku: $0.sku, warehouse: $0.code, quantity: isTooMuch ? 1_000_000_000 : 1) }
        let answer = try await client.reserve(order: newOrder(), lines, ttl: ttl)
        attempts += 1
        if isTooMuch {
            guard answer.code == "insufficient_stock" else { throw Failure("\(answer)") }
        } else {
            try stage.require(answer)
            succeeded += 1
        }
    }

    private mutating func move(_ record: Record, _ other: Record) async throws {
        let units = Int.random(in: 1...50, using: &random)
        let (sku, code) = (record.sku, record.code)
        try await stage.require(client.receive(sku, code, units + 1, reference: "PO <1,234>"))
        try await stage.require(client.ship(sku, code, 1))
        try await stage.require(client.transfer(sku, from: code, to: "NEW", 1))
        try await stage.require(
            client.post(
                "/inventory/adjust",
                [
                    "sku": .string(sku), "warehouse_code": .string(code), "quantity_change": random.pick([-1, 7]),
                    "reason": "Counted \"again\"",
                ]))
        try await stage.require(
            client.put(
                "/inventory/\(Self.segment(other.sku))/\(Self.segment(other.code))",
                ["reorder_point": .integer(random.pick([0, 10, 400, 2_000_000])), "reorder_quantity": 24]))
        let price: JSON = ["base_price": .string("\(Int.random(in: 0...999, using: &random)).99")]
        try await stage.require(
            client.send(.PATCH, "/api/v1/products/\(Self.segment(sku))", bytes: price.bytes))
    }

    /// Acknowledges the alert of one of the lowest records, and accepts or dismisses its suggestion.
    private mutating func decide() async throws {
        let open = try await stage.lines(
            """
            SELECT concat_ws(' ', a.id, s.id)
            FROM low_stock_alerts a JOIN purchase_order_suggestions s ON s.alert_id = a.id
            JOIN inventory i ON i.id = a.inventory_id
            WHERE a.status = 'open' AND s.status = 'open' ORDER BY i.low_available, i.id LIMIT 40
            """)
        guard !open.isEmpty else { return }
        let ids = random.pick(open).split(separator: " ")
        if Bool.random(using: &random) { try await stage.require(client.post("/alerts/\(ids[0])/acknowledge")) }
        let decision = random.pick(["accept", "dismiss", nil])
        guard let decision else { return }
        try await stage.require(client.post("/purchase-order-suggestions/\(ids[1])/\(decision)"))
    }

    // MARK: Records

    private struct Record {
        let sku: String
        let code: String
    }

    private mutating func pick(_ condition: String) async throws -> Record {
        // Few enough that some are picked repeatedly.
        let lines = try await stage.lines(
            """
            SELECT concat_ws(' ', p.sku, w.code)
            FROM inventory i JOIN products p ON p.id = i.product_id JOIN warehouses w ON w.id = i.warehouse_id
            WHERE \(condition) AND w.code <> 'NEW' ORDER BY md5(p.sku || w.code) LIMIT 30
            """)
        guard !lines.isEmpty else { throw Failure("no record with \(condition)") }
        let parts = random.pick(lines).split(separator: " ").map(String.init)
        return Record(sku: parts[0], code: parts[1])
    }

    /// A code as a path segment.
    static func segment(_ code: String) -> String { code.replacing("/", with: "%2F") }
}
