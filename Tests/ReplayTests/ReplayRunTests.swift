import Testing

@testable import Replay

@Suite("A whole replay")
struct ReplayRunTests {
    private let first = ReplayFixture.order
    private let second = ReplayFixture.otherOrder

    @Test("a replay loads, sells and counts")
    func whole() async throws {
        let fixture = try ReplayFixture(orders: ["\(first),W,A,3,t", "\(first),W,B/1,1,t", "\(second),W,A,100,t"])
        let report = try await fixture.run()
        #expect(report.ending == .complete)
        #expect(report.isClean)
        #expect(report.counts.productsCreated == 2)
        #expect(report.counts.warehousesCreated == 1)
        #expect(report.counts.recordsCreated == 2)
        #expect(report.counts.unitsReceived == 15)
        #expect(report.counts.reserved == 1)
        #expect(report.counts.refused == 1)
        #expect(report.counts.confirmed == 1)
        #expect(report.counts.linesConfirmed == 2)
        #expect(report.counts.unitsConfirmed == 4)
        #expect(report.reserve?.count == 2)
        #expect(report.confirm?.count == 1)
        #expect(report.release == nil)
        #expect(await fixture.server.records["A@W"]?.onHand == 7)
        #expect(await fixture.server.records["B/1@W"] == .init(onHand: 4, reserved: 0, version: 2, policy: [1, 5]))
        #expect(await fixture.server.calls.contains("PUT /api/v1/inventory/B%2F1/W"))
        #expect(await fixture.server.count("GET") == 0, "a fresh database holds no orders to look for")
        #expect(await fixture.server.isClosed)
    }

    @Test("orders beyond the confirm ratio are released")
    func release() async throws {
        let fixture = try ReplayFixture(orders: ["\(first),W,A,3,t"])
        let report = try await fixture.run(confirmRatio: 0)
        #expect(report.counts.released == 1)
        #expect(report.counts.unitsConfirmed == 0)
        #expect(await fixture.server.records["A@W"]?.onHand == 10)
        #expect(await fixture.server.records["A@W"]?.reserved == 0)
    }

    @Test("a second run receives nothing and sells nothing twice")
    func twice() async throws {
        let fixture = try ReplayFixture(orders: ["\(first),W,A,3,t", "\(second),W,B/1,2,t"])
        _ = try await fixture.run(limit: 1)
        await fixture.server.reopen()
        let report = try await fixture.run()
        #expect(report.counts.skipped == 1)
        #expect(report.counts.confirmed == 1)
        #expect(report.counts.productsPresent == 2)
        #expect(report.counts.stockPresent == 2)
        #expect(await fixture.server.records["A@W"]?.onHand == 7)
        #expect(await fixture.server.records["B/1@W"]?.onHand == 3)
        #expect(await fixture.server.count("POST /api/v1/inventory/batch") == 0)
    }

    @Test("an order of more than 500 lines is reserved in several calls, completely or not at all")
    func large() async throws {
        let fixture = try ReplayFixture(
            orders: (0..<501).map { _ in "\(first),W,A,1,t" } + (0..<501).map { _ in "\(second),W,B/1,1,t" },
            stock: ["A,W,600,0,1", "B/1,W,500,0,1"]
        )
        let report = try await fixture.run()
        #expect(report.counts.confirmed == 1)
        #expect(report.counts.refused == 1)
        #expect(await fixture.server.count("POST /api/v1/reservations/\(second)/release") == 1)
        #expect(await fixture.server.records["A@W"]?.onHand == 99)
        #expect(await fixture.server.records["B/1@W"]?.reserved == 0)
        #expect(Set(await fixture.server.keys).count == 4, "each call has a key of its own")
    }

    @Test("cancellation lets orders in flight complete and starts no other")
    func cancellation() async throws {
        let fixture = try ReplayFixture(orders: ["\(first),W,A,3,t", "\(second),W,B/1,2,t"])
        let canceller = Canceller()
        await fixture.server.onEachCall { call in
            if call.hasPrefix("POST /api/v1/reservations") { await canceller.cancel() }
        }
        let task = Task { try await fixture.run(concurrency: 1) }
        await canceller.set(task)
        let report = try await task.value
        #expect(report.ending == .interrupted)
        #expect(report.counts.confirmed == 1)
        #expect(report.counts.unfinished == 0)
        #expect(await fixture.server.orders[second] == nil)
        #expect(await fixture.server.isClosed)
    }

    @Test("a replay gives up after too many failed orders in a row")
    func givesUp() async throws {
        let ids = (0..<100).map { "00000000-0000-4000-8000-0000000000\($0 < 10 ? "0" : "")\($0)" }
        let fixture = try ReplayFixture(orders: ids.map { "\($0),W,A,1,t" })
        await fixture.server.inject(.answer(.problem(500, "internal")), at: "POST /api/v1/reservations", times: 100)
        let report = try await fixture.run(concurrency: 1)
        #expect(report.ending == .gaveUp)
        #expect(report.counts.failed == 51)
        #expect(report.exitCode == 1)
        #expect(report.failures.count == 5)
        #expect(report.failures.first == "order \(ids[0]): reserve: 500 internal")
    }
}

/// Cancels a task as soon as it is set, even if `cancel` is called first.
private actor Canceller {
    private var task: Task<ReplayReport, any Error>?
    private var waiter: CheckedContinuation<Void, Never>?

    func set(_ task: Task<ReplayReport, any Error>) {
        self.task = task
        waiter?.resume()
        waiter = nil
    }

    func cancel() async {
        if task == nil { await withCheckedContinuation { waiter = $0 } }
        task?.cancel()
    }
}
