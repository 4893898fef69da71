import Testing

@testable import Replay

@Suite("The opening stock")
struct OpeningStockTests {
    private let batch = "POST /api/v1/inventory/batch"

    @Test("a receive whose answer was lost is not done twice")
    func lostReceive() async throws {
        let bench = try ReplayBench(orders: [])
        await bench.shop.inject(.lostAfter, at: batch)
        let report = try await bench.run()
        #expect(report.isClean)
        #expect(await bench.shop.records["A@W"]?.onHand == 10)
        #expect(await bench.shop.records["B/1@W"]?.onHand == 5)
        #expect(report.counts.stockPresent == 2, "nobody can say any more who received them")
    }

    @Test("a load cut off before the receive goes on where it was")
    func cutOff() async throws {
        let bench = try ReplayBench(orders: [])
        await bench.shop.inject(.answer(.problem(500, "internal")), at: batch)
        let failure = await #expect(throws: ReplayFailure.self) { try await bench.run() }
        #expect(failure?.code == .refused)
        #expect(await bench.shop.isClosed)
        await bench.shop.reopen()
        let report = try await bench.run()
        #expect(report.counts.recordsCreated == 0)
        #expect(report.counts.stockReceived == 2)
        #expect(await bench.shop.records["A@W"]?.onHand == 10)
    }

    @Test("a load cut off between two calls receives only what is missing")
    func cutOffBetween() async throws {
        let rows = (0..<450).map { "P\($0),W,7,0,1" }
        let bench = try ReplayBench(orders: [], stock: rows)
        await bench.shop.inject(.answer(.problem(500, "internal")), at: batch)
        await #expect(throws: ReplayFailure.self) { try await bench.run(concurrency: 1) }
        await bench.shop.reopen()
        await bench.shop.inject(.lostAfter, at: batch)
        _ = try await bench.run()
        await bench.shop.reopen()
        let report = try await bench.run()
        #expect(report.counts.stockPresent == 450)
        #expect(await bench.shop.records.values.map(\.onHand) == Array(repeating: 7, count: 450))
    }

    @Test("a record in which units have moved is left alone, also when it is sold out")
    func soldOut() async throws {
        let bench = try ReplayBench(orders: [])
        _ = try await bench.run()
        await bench.shop.setOnHand("A@W", 0)
        await bench.shop.reopen()
        let report = try await bench.run()
        #expect(report.counts.stockPresent == 2)
        #expect(await bench.shop.records["A@W"]?.onHand == 0)
    }

    @Test("a changed policy alone does not keep a record from its opening stock")
    func changedPolicy() async throws {
        let bench = try ReplayBench(orders: [], stock: ["A,W,0,9,9"])
        let empty = try await bench.run()
        #expect(empty.counts.stockEmpty == 1)
        #expect(await bench.shop.count(batch) == 0)
        try bench.write(
            "stock",
            ["sku,warehouse_code,quantity_on_hand,reorder_point,reorder_quantity", "A,W,10,2,5"]
        )
        await bench.shop.reopen()
        let report = try await bench.run()
        #expect(report.counts.stockReceived == 1)
        #expect(await bench.shop.records["A@W"] == .init(onHand: 10, reserved: 0, version: 2, policy: [2, 5]))
    }

    @Test("another writer at the same record ends a load after some rounds, not never")
    func conflicts() async throws {
        let bench = try ReplayBench(orders: [])
        await bench.shop.inject(.answer(.problem(409, "concurrency_conflict")), at: batch, times: 100)
        let failure = await #expect(throws: ReplayFailure.self) { try await bench.run() }
        #expect(failure?.message.contains("keeps changing") == true)
        #expect(await bench.shop.count(batch) == OpeningStock.maximumRounds)
    }

    @Test("a refusal names the file, the row and the server's words")
    func refusal() async throws {
        let bench = try ReplayBench(orders: [])
        await bench.shop.inject(.answer(.problem(422, "validation_failed")), at: "PUT /api/v1/inventory/B%2F1")
        await #expect(
            throws: ReplayFailure(
                .refused,
                "\(bench.path("stock")): row 3: /api/v1/inventory/B%2F1/W: 422 validation_failed"
            )
        ) { try await bench.run() }
    }

    @Test("a server that is not there is exit 69")
    func unreachable() async throws {
        let bench = try ReplayBench(orders: [])
        await bench.shop.inject(.lostBefore, at: "POST", times: 1_000)
        let failure = await #expect(throws: ReplayFailure.self) { try await bench.run() }
        #expect(failure?.exitCode == 69)
        #expect(await bench.shop.isClosed)
    }
}
