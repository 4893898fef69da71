import NIOHTTP1
import TestSupport
import Testing

extension SystemTests {
    /// A crash at a moment that random kills would rarely hit: PostgreSQL has committed, and the server dies before it
    /// learns of that. The fault is injected into the connection to the database.
    @Suite struct KilledAfterCommitTests {
        /// A write, and how to count its effect.
        private struct Write {
            let path: String
            let body: JSON?
            let status: Int
            let effect: String
            /// The number of rows of one effect.
            var rows = 1
        }

        private static func movement(_ sku: String, _ quantity: Int, _ reference: String) -> JSON {
            [
                "sku": .string(sku), "warehouse_code": "WH1", "quantity": .integer(quantity),
                "reference": .string(reference),
            ]
        }

        private static func ledger(_ reference: String) -> String {
            "SELECT count(*) FROM inventory_transactions WHERE reference = '\(reference)'"
        }

        private static func writes(order: String, confirmed: String, suggestion: String) -> [Write] {
            [
                Write(
                    path: "/reservations",
                    body: [
                        "order_id": .string(order),
                        "items": [
                            ["sku": "K-1", "warehouse_code": "WH1", "quantity": 2],
                            ["sku": "K-2", "warehouse_code": "WH1", "quantity": 3],
                        ],
                    ],
                    status: 200, effect: "SELECT count(*) FROM reservations WHERE order_id = '\(order)'", rows: 2),
                Write(
                    path: "/reservations/\(confirmed)/confirm", body: nil, status: 200,
                    effect: "SELECT count(*) FROM inventory_transactions WHERE type = 'confirm'"),
                Write(
                    path: "/inventory/receive", body: movement("K-1", 5, "received"), status: 200,
                    effect: ledger("received")),
                Write(
                    path: "/inventory/transfer",
                    body: [
                        "sku": "K-1", "from_warehouse": "WH1", "to_warehouse": "WH2", "quantity": 4,
                        "reference": "moved",
                    ],
                    status: 200, effect: ledger("moved"), rows: 2),
                Write(
                    path: "/inventory/batch",
                    body: [
                        "operations": [
                            [
                                "type": "receive", "sku": "K-1", "warehouse_code": "WH1", "quantity": 1,
                                "reference": "batch",
                            ],
                            [
                                "type": "ship", "sku": "K-2", "warehouse_code": "WH1", "quantity": 1,
                                "reference": "batch",
                            ],
                        ]
                    ],
                    status: 200, effect: ledger("batch"), rows: 2),
                // A refusal is stored too: nothing happened, and the retry gets the same response.
                Write(
                    path: "/inventory/ship", body: movement("K-2", 1_000_000, "refused"), status: 400,
                    effect: ledger("refused"), rows: 0),
                Write(
                    path: "/products", body: ["sku": "NEW", "name": "New", "base_price": "1.00"], status: 201,
                    effect: "SELECT count(*) FROM products WHERE sku = 'NEW'"),
                Write(
                    path: "/purchase-order-suggestions/\(suggestion)/accept", body: nil, status: 200,
                    effect: "SELECT count(*) FROM purchase_order_suggestions WHERE status = 'accepted'"),
            ]
        }

        @Test(.timeLimit(.minutes(3)))
        func `A server that dies between COMMIT and its answer: the retry elsewhere gets the answer, one effect`()
            async throws
        {
            // The retry waits for the dead server's leases, so they are short.
            try await Stage.with(servers: 1, settings: ["LOCK_LEASE_MS": "500"]) { stage in
                try await stage.stock(["K-1", "K-2", "LOW"], in: ["WH1", "WH2"], quantity: 100)
                let survivor = try #require(await stage.clients.first)
                let confirmed = newOrder()
                try stage.require(await survivor.reserve(order: confirmed, [("K-2", "WH1", 1)]))
                try stage.require(
                    await survivor.put("/inventory/LOW/WH1", ["reorder_point": 200, "reorder_quantity": 10]))
                let suggestion = try #require(
                    await survivor.get("/purchase-order-suggestions").json["items"][0]["id"].text)

                let address = try await stage.databaseAddress()
                try await CommitFaultProxy.with(socketPath: address.socketPath, seed: 0) { proxy in
                    let url =
                        "host=127.0.0.1 port=\(proxy.port) sslmode=disable gssencmode=disable"
                        + " user=\(address.user) dbname=\(address.database)"
                    let writes = Self.writes(order: newOrder(), confirmed: confirmed, suggestion: suggestion)
                    for (index, write) in writes.enumerated() {
                        let victim = try await stage.startServer(["DATABASE_URL": url])
                        try await Self.play(write, key: "key-\(index)", victim, survivor, proxy, stage)
                        #expect(proxy.silencesMade == index + 1)
                    }
                }
            }
        }

        private static func play(
            _ write: Write, key: String, _ victim: APIProcess, _ survivor: StockClient, _ proxy: CommitFaultProxy,
            _ stage: Stage
        ) async throws {
            #expect(try await stage.count(write.effect) == 0, "\(write.path)")
            @Sendable func send(_ client: StockClient) async throws -> Answer {
                try await client.send(
                    .POST, "/api/v1" + write.path, bytes: write.body?.bytes, headers: ["Idempotency-Key": key])
            }
            let before = proxy.silencesMade
            proxy.silenceNextCommit(after: key)
            let client = stage.client(victim)
            async let first = try? send(client)
            try await eventually(within: .seconds(20), "\(write.path) is committed") { proxy.silencesMade > before }
            // The write is durable, and only the database knows it.
            #expect(try await stage.count("SELECT count(*) FROM idempotency_keys WHERE key = '\(key)'") == 1)
            #expect(try await stage.count(write.effect) == write.rows, "\(write.path)")
            await victim.crash()
            await stage.forget(victim)
            let heard = await first
            #expect(heard == nil, "\(write.path): an answer left: \(String(describing: heard))")

            let retry = try await send(survivor)
            #expect(retry.status == write.status, "\(write.path): \(retry)")
            #expect(retry.header("Idempotent-Replayed") == "true", "\(write.path)")
            let again = try await send(survivor)
            #expect(again.bytes == retry.bytes && again.status == retry.status, "\(write.path)")
            #expect(try await stage.count(write.effect) == write.rows, "\(write.path)")
            print("\(write.path): \(retry.status), \(write.rows) rows, replayed")
        }
    }
}
