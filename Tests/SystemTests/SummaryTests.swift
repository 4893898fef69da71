import TestSupport
import Testing

extension SystemTests {
    @Suite struct SummaryTests {
        @Test(.timeLimit(.minutes(1)))
        func `The summary counts checkouts over all servers, what they hold, and what is low`() async throws {
            try await Stage.with { stage in
                try await stage.stock(["SUM"], quantity: 10)
                let clients = await stage.clients
                for client in clients {
                    try stage.require(await client.reserve(order: newOrder(), [("SUM", "WH1", 2)]))
                    let refused = try await client.reserve(order: newOrder(), [("SUM", "WH1", 20)])
                    #expect(refused.code == "insufficient_stock")
                    let unknown = try await client.reserve(order: newOrder(), [("NONE", "WH1", 1)])
                    #expect(unknown.status == 404, "an unknown record is not a checkout attempt")
                }
                try stage.require(
                    await clients[0].put("/inventory/SUM/WH1", ["reorder_point": 6, "reorder_quantity": 5]))
                for client in clients {
                    try await eventually("every figure is there") {
                        let summary = try await client.get("/reports/summary").json
                        let held = summary["reservations"]
                        return held["attempts"] == 4 && held["succeeded"] == 2 && held["success_rate"] == .number(0.5)
                            && held["pending"] == 2 && held["pending_units"] == 4
                            && summary["low_stock_count"] == 1 && summary["out_of_stock_count"] == 0
                            && summary["open_alerts"] == 1 && summary["total_inventory_value"] == "199.90"
                            && summary["currency"] == "USD"
                    }
                }
            }
        }
    }
}
