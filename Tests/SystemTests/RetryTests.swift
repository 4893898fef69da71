import Foundation
import NIOHTTP1
import TestSupport
import Testing

extension SystemTests {
    /// Requests repeated with their idempotency key, with real processes.
    @Suite struct RetryTests {
        private static func reserve(
            _ client: StockClient, _ order: String, _ sku: String, key: String
        ) async throws -> Answer {
            let body: JSON = [
                "order_id": .string(order),
                "items": [["sku": .string(sku), "warehouse_code": "WH1", "quantity": 1]],
            ]
            return try await client.send(
                .POST, "/api/v1/reservations", bytes: body.bytes, headers: ["Idempotency-Key": key])
        }

        @Test(.timeLimit(.minutes(1)))
        func `Fifty concurrent requests with one key on two servers have one effect and one answer`() async throws {
            try await Stage.with { stage in
                try await stage.stock(["ONCE", "LAST"], quantity: 30)
                let clients = await stage.clients
                for sku in ["ONCE", "NONE-LEFT"] {
                    let order = newOrder()
                    if sku == "NONE-LEFT" {
                        // A refusal is stored too: fifty requests on an empty record all get the first one's response.
                        try stage.require(await clients[0].ship("LAST", "WH1", 30))
                    }
                    let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                        for index in 0..<50 {
                            group.addTask {
                                try await Self.reserve(
                                    clients[index % 2], order, sku == "ONCE" ? "ONCE" : "LAST", key: "key-\(sku)")
                            }
                        }
                        return try await group.reduce(into: [Answer]()) { $0.append($1) }
                    }
                    #expect(Set(answers.map(\.bytes)).count == 1, "\(answers[0]) and others")
                    #expect(Set(answers.map(\.status)) == (sku == "ONCE" ? [200] : [400]))
                    #expect(answers.filter { $0.header("Idempotent-Replayed") == nil }.count == 1)
                }
                #expect(try await clients[0].record("ONCE", "WH1")["quantity_reserved"] == 1)
                #expect(try await stage.count("SELECT count(*) FROM reservations") == 1)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `After a server is killed with requests in flight, each retry elsewhere gets the one answer`() async throws
        {
            try await Stage.with { stage in
                try await stage.stock(["RETRY"], quantity: 10_000)
                var random = SeededRandom()
                print("seed \(random.seed)")
                let survivor = try #require(await stage.clients.last)
                var orders: [String] = []
                for _ in 0..<15 {
                    let victim = try await stage.startServer()
                    let client = stage.client(victim)
                    let batch = (0..<16).map { _ in newOrder() }
                    let moment = Int64.random(in: 0...12_000, using: &random)
                    await withTaskGroup(of: Void.self) { group in
                        for order in batch {
                            group.addTask { _ = try? await Self.reserve(client, order, "RETRY", key: order) }
                        }
                        group.addTask {
                            try? await ContinuousClock().sleep(for: .microseconds(moment))
                            await victim.crash()
                        }
                    }
                    await stage.forget(victim)
                    for order in batch {
                        let answer = try await Self.reserve(survivor, order, "RETRY", key: order)
                        try stage.require(answer)
                        let held = try await survivor.reservations(of: order).json["reservations"].array
                        #expect(held.count == 1 && answer.json["reservation_ids"][0] == held[0]["id"])
                    }
                    orders += batch
                }
                let reserved = try await survivor.record("RETRY", "WH1")["quantity_reserved"]
                #expect(reserved == .integer(orders.count))
            }
        }
    }
}
