import TestSupport
import Testing

extension SystemTests {
    @Suite struct ExpiryTests {
        @Test(.timeLimit(.minutes(1))) func `Units of an expired reservation can be sold without a sweeper`()
            async throws
        {
            try await Stage.with { stage in
                let ids = try await stage.stock(["SHORT-LIVED"], quantity: 5)
                let id = try #require(ids["SHORT-LIVED"]?["WH1"])
                let clients = await stage.clients
                let (early, late) = (newOrder(), newOrder())
                let line = [(sku: "SHORT-LIVED", warehouse: "WH1", quantity: 5)]
                #expect(try await clients[0].reserve(order: early, line, ttl: 1).status == 200)
                let tooSoon = try await clients[1].reserve(order: late, line)
                #expect(tooSoon.detail == "Insufficient stock. Available: 0, Requested: 5")
                try await eventually(within: .seconds(10), "the units are free") {
                    try await clients[1].reserve(order: late, line).status == 200
                }
                let expired = try await clients[0].reservations(of: early).json["reservations"][0]
                #expect(expired["status"] == "released")
                #expect(expired["release_reason"] == "expired")
                let confirm = try await clients[0].confirm(early)
                #expect(confirm.status == 409)
                #expect(confirm.code == "reservation_expired")
                #expect(try await clients[0].confirm(late).status == 200)
                let record = try await clients[0].record(id).json
                #expect(record["quantity_on_hand"] == 0)
                #expect(record["quantity_reserved"] == 0)
                let kinds = try await clients[0].get("/inventory/\(id)/transactions").json["items"].array
                #expect(kinds.map { $0["type"].text } == ["confirm", "reserve", "expire", "reserve", "receive"])
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `An expired order that was not swept cannot be confirmed, and is released as expired`() async throws {
            try await Stage.with(servers: 1) { stage in
                try await stage.stock(["UNSWEPT"], quantity: 5)
                let client = try #require(await stage.clients.first)
                let order = newOrder()
                #expect(try await client.reserve(order: order, [("UNSWEPT", "WH1", 2)], ttl: 1).status == 200)
                try await eventually(within: .seconds(10), "the database's clock has passed it") {
                    try await stage.count("SELECT count(*) FROM reservations WHERE expires_at < clock_timestamp()") == 1
                }
                let confirm = try await client.confirm(order)
                #expect(confirm.status == 409)
                #expect(confirm.code == "reservation_expired")
                let extend = try await client.post("/reservations/\(order)/extend", ["ttl": 60])
                #expect(extend.code == "reservation_expired")
                #expect(try await client.release(order).status == 200)
                let released = try await client.reservations(of: order).json["reservations"][0]
                #expect(released["release_reason"] == "expired")
                #expect(try await client.record("UNSWEPT", "WH1")["quantity_available"] == 5)
            }
        }
    }
}
