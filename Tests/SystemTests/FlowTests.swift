import Testing

extension SystemTests {
    /// The basic flows of the API, with their exact fields, figures and texts.
    @Suite struct FlowTests {
        @Test(.timeLimit(.minutes(2))) func `Flow 1, receive, lifts 100 to 150 and writes the ledger`() async throws {
            try await Self.withLaptops(100) { _, client, id in
                let answer = try await client.post(
                    "/inventory/receive",
                    [
                        "sku": "LAPTOP-001", "warehouse_code": "WH1", "quantity": 50,
                        "reason": "New shipment from supplier",
                    ])
                #expect(answer.status == 200)
                #expect(answer.json["status"] == "success")
                #expect(answer.json["sku"] == "LAPTOP-001")
                #expect(answer.json["warehouse"] == "WH1")
                #expect(answer.json["old_quantity"] == 100)
                #expect(answer.json["new_quantity"] == 150)
                let last = try await client.get("/inventory/\(id)/transactions?limit=1").json["items"][0]
                #expect(last["type"] == "receive")
                #expect(last["quantity_change"] == 50)
                #expect(last["quantity_before"] == 100)
                #expect(last["quantity_after"] == 150)
                #expect(last["reason"] == "New shipment from supplier")
                #expect(last["id"] == answer.json["transaction_id"])
            }
        }

        @Test(.timeLimit(.minutes(2))) func `Flows 2 and 3, reserve and confirm, go from 100 to 98 on hand`()
            async throws
        {
            try await Self.withLaptops(100) { _, client, id in
                let order = newOrder()
                let reserve = try await Self.reserve(client, order, id, 2)
                #expect(reserve.status == 200)
                #expect(reserve.json["status"] == "reserved")
                #expect(reserve.json["reservation_ids"].array.count == 1)
                #expect(try await Self.figures(client, id) == [100, 2, 98])
                let held = try await client.reservations(of: order).json["reservations"][0]
                #expect(held["id"] == reserve.json["reservation_ids"][0])
                #expect(held["quantity"] == 2)
                #expect(held["status"] == "pending")
                #expect(held["expires_at"] == reserve.json["expires_at"])
                let confirm = try await client.confirm(order)
                #expect(confirm.status == 200)
                #expect(confirm.json == ["status": "confirmed", "order_id": .string(order)])
                #expect(try await Self.figures(client, id) == [98, 0, 98])
                #expect(try await client.reservations(of: order).json["reservations"][0]["status"] == "confirmed")
            }
        }

        @Test(.timeLimit(.minutes(2))) func `Flow 4, release, gives the two units back`() async throws {
            try await Self.withLaptops(100) { _, client, id in
                let order = newOrder()
                #expect(try await Self.reserve(client, order, id, 2).status == 200)
                #expect(try await Self.figures(client, id) == [100, 2, 98])
                let release = try await client.release(order)
                #expect(release.status == 200)
                #expect(release.json == ["status": "released", "order_id": .string(order)])
                #expect(try await Self.figures(client, id) == [100, 0, 100])
                let released = try await client.reservations(of: order).json["reservations"][0]
                #expect(released["status"] == "released")
                #expect(released["release_reason"] == "cancelled")
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Flow 5, a record that falls to its reorder point is in the low stock list`() async throws {
            try await Self.withLaptops(100) { stage, client, id in
                let policy: JSON = ["reorder_point": 10, "reorder_quantity": 50]
                #expect(try await client.put("/inventory/LAPTOP-001/WH1", policy).status == 200)
                #expect(try await client.get("/inventory/low-stock").json["items"].array.isEmpty)
                #expect(try await client.ship("LAPTOP-001", "WH1", 90).status == 200)
                let low = try await client.get("/inventory/low-stock").json["items"].array
                #expect(low.count == 1)
                #expect(low.first?["sku"] == "LAPTOP-001")
                #expect(low.first?["name"] == "Product LAPTOP-001")
                #expect(low.first?["warehouse"] == "Warehouse WH1")
                #expect(low.first?["quantity_available"] == 10)
                #expect(low.first?["reorder_point"] == 10)
                #expect(low.first?["reorder_quantity"] == 50)
                #expect(low.first?["inventory_id"] == .string(id))
                #expect(try await stage.count("SELECT count(*) FROM low_stock_alerts WHERE status = 'open'") == 1)
            }
        }

        @Test(.timeLimit(.minutes(2))) func `Flow 6, transfer, moves ten from 100 to 90 and from 50 to 60`()
            async throws
        {
            try await Self.withLaptops(100) { stage, client, _ in
                #expect(try await client.post("/warehouses", ["code": "WH2", "name": "Second"]).status == 201)
                #expect(try await client.receive("LAPTOP-001", "WH2", 50).status == 200)
                let answer = try await client.post(
                    "/inventory/transfer",
                    ["sku": "LAPTOP-001", "from_warehouse": "WH1", "to_warehouse": "WH2", "quantity": 10])
                #expect(answer.status == 200)
                #expect(answer.json["status"] == "success")
                #expect(answer.json["from"] == "WH1")
                #expect(answer.json["to"] == "WH2")
                #expect(answer.json["quantity"] == 10)
                #expect(try await client.record("LAPTOP-001", "WH1")["quantity_on_hand"] == 90)
                #expect(try await client.record("LAPTOP-001", "WH1")["quantity_available"] == 90)
                #expect(try await client.record("LAPTOP-001", "WH2")["quantity_on_hand"] == 60)
                #expect(try await client.record("LAPTOP-001", "WH2")["quantity_available"] == 60)
                #expect(
                    try await stage.lines(
                        "SELECT type FROM inventory_transactions WHERE type LIKE 'transfer%' ORDER BY 1")
                        == ["transfer_in", "transfer_out"])
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Too little stock and a stale version are refused with their documented messages`() async throws {
            try await Self.withLaptops(98) { _, client, id in
                let short = try await Self.reserve(client, newOrder(), id, 200)
                #expect(short.status == 400)
                #expect(short.detail == "Insufficient stock. Available: 98, Requested: 200")
                #expect(short.json["inventory_id"] == .string(id))
                #expect(short.json["available"] == 98)
                #expect(short.json["requested"] == 200)
                let stale = try await client.post(
                    "/inventory/receive",
                    ["sku": "LAPTOP-001", "warehouse_code": "WH1", "quantity": 1, "expected_version": 0])
                #expect(stale.status == 409)
                #expect(stale.code == "concurrency_conflict")
                #expect(stale.detail == "Inventory was modified. Please retry.")
                #expect(try await Self.figures(client, id) == [98, 0, 98])
            }
        }

        // MARK: Initial stock of the flows

        private static func withLaptops(
            _ quantity: Int, _ body: (Stage, StockClient, String) async throws -> Void
        ) async throws {
            try await Stage.with(servers: 1) { stage in
                let ids = try await stage.stock(["LAPTOP-001"], quantity: quantity)
                let client = try #require(await stage.clients.first)
                try await body(stage, client, try #require(ids["LAPTOP-001"]?["WH1"]))
            }
        }

        /// The request of flow 2, with all three ids.
        private static func reserve(
            _ client: StockClient, _ order: String, _ id: String, _ quantity: Int
        ) async throws -> Answer {
            let record = try await client.record(id).json
            let item: JSON = [
                "inventory_id": record["id"], "product_id": record["product_id"],
                "warehouse_id": record["warehouse_id"], "quantity": .integer(quantity),
            ]
            return try await client.post("/reservations", ["order_id": .string(order), "items": [item], "ttl": 600])
        }

        /// On hand, reserved, available.
        private static func figures(_ client: StockClient, _ id: String) async throws -> [Int?] {
            let record = try await client.record(id).json
            return ["quantity_on_hand", "quantity_reserved", "quantity_available"].map { record[$0].int }
        }
    }
}
