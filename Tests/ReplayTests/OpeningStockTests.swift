import Testing

@testable import Replay

@Suite("The opening stock")
struct OpeningStockTests {
    private let batch = "POST /api/v1/inventory/batch"

    @Test("a receive whose response was lost is not repeated")
    func lostReceive() async throws {
        let fixture = try ReplayFixture(orders: [])
        await fixture.server.inject(.lostAfter, at: batch)
        let report = try await fixture.run()
        #expect(report.isClean)
        #expect(await fixture.server.records["A@W"]?.onHand == 10)
        #expect(await fixture.server.records["B/1@W"]?.onHand == 5)
        #expect(report.counts.stockPresent == 2, "which run received them is unknown")
    }

    @Test("a load interrupted before the receive resumes there")
    func cutOff() async throws {
        let fixture = try ReplayFixture(orders: [])
        await fixture.server.inject(.answer(.problem(500, "internal")), at: batch)
        let failure = await #expect(throws: ReplayFailure.self) { try await fixture.run() }
        #expect(failure?.code == .refused)
        #expect(await fixture.server.isClosed)
        await fixture.server.reopen()
        let report = try await fixture.run()
        #expect(report.counts.recordsCreated == 0)
        #expect(report.counts.stockReceived == 2)
        #expect(await fixture.server.records["A@W"]?.onHand == 10)
    }

    @Test("a load interrupted between two calls receives only what is missing")
    func cutOffBetween() async throws {
        let rows = (0..<450).map { "P\($0),W,7,0,1" }
        let fixture = try ReplayFixture(orders: [], stock: rows)
        await fixture.server.inject(.answer(.problem(500, "internal")), at: batch)
        await #expect(throws: ReplayFailure.self) { try await fixture.run(concurrency: 1) }
        await fixture.server.reopen()
        await fixture.server.inject(.lostAfter, at: batch)
        _ = try await fixture.run()
        await fixture.server.reopen()
        let report = try await fixture.run()
        #expect(report.counts.stockPresent == 450)
        #expect(await fixture.server.records.values.map(\.onHand) == Array(repeating: 7, count: 450))
    }

    @Test("a record with earlier movements is left alone, even if it is sold out")
    func soldOut() async throws {
        let fixture = try ReplayFixture(orders: [])
        _ = try await fixture.run()
        await fixture.server.setOnHand("A@W", 0)
        await fixture.server.reopen()
        let report = try await fixture.run()
        #expect(report.counts.stockPresent == 2)
        #expect(await fixture.server.records["A@W"]?.onHand == 0)
    }

    @Test("a changed policy alone does not keep a record from its opening stock")
    func changedPolicy() async throws {
        let fixture = try ReplayFixture(orders: [], stock: ["A,W,0,9,9"])
        let empty = try await fixture.run()
        #expect(empty.counts.stockEmpty == 1)
        #expect(await fixture.server.count(batch) == 0)
        try fixture.write(
            "stock",
            ["sku,warehouse_code,quantity_on_hand,reorder_point,reorder_quantity", "A,W,10,2,5"]
        )
        await fixture.server.reopen()
        let report = try await fixture.run()
        #expect(report.counts.stockReceived == 1)
        #expect(await fixture.server.records["A@W"] == .init(onHand: 10, reserved: 0, version: 2, policy: [2, 5]))
    }

    @Test("a load gives up after some rounds if another writer keeps changing its record")
    func conflicts() async throws {
        let fixture = try ReplayFixture(orders: [])
        await fixture.server.inject(.answer(.problem(409, "concurrency_conflict")), at: batch, times: 100)
        let failure = await #expect(throws: ReplayFailure.self) { try await fixture.run() }
        #expect(failure?.message.contains("keeps changing") == true)
        #expect(await fixture.server.count(batch) == OpeningStock.maximumRounds)
    }

    @Test("a refusal names the file, the row and the server's message")
    func refusal() async throws {
        let fixture = try ReplayFixture(orders: [])
        await fixture.server.inject(.answer(.problem(422, "validation_failed")), at: "PUT /api/v1/inventory/B%2F1")
        await #expect(
            throws: ReplayFailure(
                .refused,
                "\(fixture.path("stock")): row 3: /api/v1/inventory/B%2F1/W: 422 validation_failed"
            )
        ) { try await fixture.run() }
    }

    @Test("an unreachable server exits with 69")
    func unreachable() async throws {
        let fixture = try ReplayFixture(orders: [])
        await fixture.server.inject(.lostBefore, at: "POST", times: 1_000)
        let failure = await #expect(throws: ReplayFailure.self) { try await fixture.run() }
        #expect(failure?.exitCode == 69)
        #expect(await fixture.server.isClosed)
    }
}
