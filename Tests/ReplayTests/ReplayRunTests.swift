import Testing

@testable import Replay

@Suite("A whole replay")
struct ReplayRunTests {
    private let first = ReplayBench.order
    private let second = ReplayBench.otherOrder

    @Test("loads, sells, and counts what it did")
    func whole() async throws {
        let bench = try ReplayBench(orders: ["\(first),W,A,3,t", "\(first),W,B/1,1,t", "\(second),W,A,100,t"])
        let report = try await bench.run()
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
        #expect(await bench.shop.records["A@W"]?.onHand == 7)
        #expect(await bench.shop.records["B/1@W"] == .init(onHand: 4, reserved: 0, version: 2, policy: [1, 5]))
        #expect(await bench.shop.calls.contains("PUT /api/v1/inventory/B%2F1/W"))
        #expect(await bench.shop.count("GET") == 0, "a fresh database holds no orders to look for")
        #expect(await bench.shop.isClosed)
    }

    @Test("releases what the ratio does not confirm")
    func release() async throws {
        let bench = try ReplayBench(orders: ["\(first),W,A,3,t"])
        let report = try await bench.run(confirmRatio: 0)
        #expect(report.counts.released == 1)
        #expect(report.counts.unitsConfirmed == 0)
        #expect(await bench.shop.records["A@W"]?.onHand == 10)
        #expect(await bench.shop.records["A@W"]?.reserved == 0)
    }

    @Test("a second run receives nothing and sells nothing twice")
    func twice() async throws {
        let bench = try ReplayBench(orders: ["\(first),W,A,3,t", "\(second),W,B/1,2,t"])
        _ = try await bench.run(limit: 1)
        await bench.shop.reopen()
        let report = try await bench.run()
        #expect(report.counts.skipped == 1)
        #expect(report.counts.confirmed == 1)
        #expect(report.counts.productsPresent == 2)
        #expect(report.counts.stockPresent == 2)
        #expect(await bench.shop.records["A@W"]?.onHand == 7)
        #expect(await bench.shop.records["B/1@W"]?.onHand == 3)
        #expect(await bench.shop.count("POST /api/v1/inventory/batch") == 0)
    }

    @Test("an order of more than 500 lines is reserved in several calls, whole or not at all")
    func large() async throws {
        let bench = try ReplayBench(
            orders: (0..<501).map { _ in "\(first),W,A,1,t" } + (0..<501).map { _ in "\(second),W,B/1,1,t" },
            stock: ["A,W,600,0,1", "B/1,W,500,0,1"]
        )
        let report = try await bench.run()
        #expect(report.counts.confirmed == 1)
        #expect(report.counts.refused == 1)
        #expect(await bench.shop.count("POST /api/v1/reservations/\(second)/release") == 1)
        #expect(await bench.shop.records["A@W"]?.onHand == 99)
        #expect(await bench.shop.records["B/1@W"]?.reserved == 0)
        #expect(Set(await bench.shop.keys).count == 4, "each call has a key of its own")
    }

    @Test("cancellation lets the order in flight end and begins no other")
    func cancellation() async throws {
        let bench = try ReplayBench(orders: ["\(first),W,A,3,t", "\(second),W,B/1,2,t"])
        let canceller = Canceller()
        await bench.shop.onEachCall { call in
            if call.hasPrefix("POST /api/v1/reservations") { await canceller.cancel() }
        }
        let task = Task { try await bench.run(concurrency: 1) }
        await canceller.set(task)
        let report = try await task.value
        #expect(report.ending == .interrupted)
        #expect(report.counts.confirmed == 1)
        #expect(report.counts.unfinished == 0)
        #expect(await bench.shop.orders[second] == nil)
        #expect(await bench.shop.isClosed)
    }

    @Test("gives up when order after order fails")
    func givesUp() async throws {
        let ids = (0..<100).map { "00000000-0000-4000-8000-0000000000\($0 < 10 ? "0" : "")\($0)" }
        let bench = try ReplayBench(orders: ids.map { "\($0),W,A,1,t" })
        await bench.shop.inject(.answer(.problem(500, "internal")), at: "POST /api/v1/reservations", times: 100)
        let report = try await bench.run(concurrency: 1)
        #expect(report.ending == .gaveUp)
        #expect(report.counts.failed == 51)
        #expect(report.exitCode == 1)
        #expect(report.failures.count == 5)
        #expect(report.failures.first == "order \(ids[0]): reserve: 500 internal")
    }
}

/// Cancels a task that is set later than the call that wants it.
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
