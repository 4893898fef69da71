import Testing

@testable import Replay

@Suite("What is sent again")
struct RetryTests {
    private let order = ReplayBench.order
    private let reserve = "POST /api/v1/reservations"

    @Test("waits double from 100 ms to 5 s, spread by half, ten tries in all")
    func waits() {
        func wait(_ number: Int, _ retryAfter: Int? = nil, jitter: Double = 1) -> Duration? {
            RetryRules.wait(afterTry: number, retryAfterSeconds: retryAfter, jitter: jitter)
        }
        #expect(
            (1...10).map { wait($0) } == [
                .milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800), .milliseconds(1_600),
                .milliseconds(3_200), .seconds(5), .seconds(5), .seconds(5), nil,
            ]
        )
        #expect(wait(1, jitter: 0) == .milliseconds(50))
        #expect(wait(1, 3) == .seconds(3))
        #expect(wait(1, 0) == .zero)
        #expect(wait(1, .max) == RetryRules.longestRetryAfter)
        #expect(wait(10, 3) == nil)
    }

    @Test("a busy server is asked again after the time it names, without looking for the order")
    func busy() async throws {
        let bench = try ReplayBench(orders: ["\(order),W,A,3,t"])
        await bench.shop.inject(.answer(.problem(503, "system_busy", retryAfter: 2)), at: reserve, times: 2)
        let report = try await bench.run()
        #expect(bench.waits == [.seconds(2), .seconds(2)])
        #expect(report.counts.confirmed == 1)
        #expect(report.counts.retries == 2)
        #expect(report.counts.serverErrors == 2)
        #expect(report.exitCode == 1, "a 5xx is told even when a retry made it good")
        #expect(await bench.shop.count("GET") == 0)
    }

    @Test("a reserve whose answer was lost is looked for, and not sent again when it is there")
    func lostAfter() async throws {
        let bench = try ReplayBench(orders: ["\(order),W,A,3,t"])
        await bench.shop.inject(.lostAfter, at: reserve)
        let report = try await bench.run()
        #expect(report.counts.connectionErrors == 1)
        #expect(report.counts.unitsConfirmed == 3)
        #expect(report.exitCode == 0)
        #expect(await bench.shop.records["A@W"]?.onHand == 7)
        #expect(await bench.shop.count("GET /api/v1/reservations/\(order)") == 1)
        #expect(await bench.shop.keys.count == 1)
    }

    @Test("a reserve that never arrived is sent again under the same key")
    func lostBefore() async throws {
        let bench = try ReplayBench(orders: ["\(order),W,A,3,t"])
        await bench.shop.inject(.lostBefore, at: reserve)
        let report = try await bench.run()
        #expect(report.counts.confirmed == 1)
        #expect(await bench.shop.records["A@W"]?.onHand == 7)
        #expect(await bench.shop.keys.count == 2)
        #expect(Set(await bench.shop.keys).count == 1)
    }

    @Test(
        "an answer that leaves it open is looked into like a lost one",
        arguments: [
            ReplayAnswer.problem(503, "unavailable"), ReplayAnswer(status: 502), ReplayAnswer(status: 504),
            .problem(409, "idempotency_in_progress"),
        ]
    )
    func unclear(answer: ReplayAnswer) async throws {
        let bench = try ReplayBench(orders: ["\(order),W,A,3,t"])
        await bench.shop.inject(.answer(answer), at: reserve)
        let report = try await bench.run()
        #expect(report.counts.confirmed == 1)
        #expect(await bench.shop.count("GET /api/v1/reservations/\(order)") == 1)
    }

    @Test("the second part of a large order is looked for by its count")
    func lostPart() async throws {
        let bench = try ReplayBench(
            orders: (0..<501).map { _ in "\(order),W,A,1,t" },
            stock: ["A,W,600,0,1"]
        )
        // The first call's answer arrives as busy, so that both kinds of retry meet in one order.
        await bench.shop.inject(.answer(.problem(503, "system_busy")), at: reserve)
        await bench.shop.onEachCall { [shop = bench.shop] call in
            if call == "POST /api/v1/reservations", await shop.orders.count == 1 {
                await shop.injectOnce(.lostBefore, at: "POST /api/v1/reservations")
            }
        }
        let report = try await bench.run()
        #expect(report.counts.connectionErrors == 1)
        #expect(report.counts.unitsConfirmed == 501)
        #expect(await bench.shop.records["A@W"]?.onHand == 99)
    }

    @Test("a confirm whose answer was lost is sent again")
    func lostConfirm() async throws {
        let bench = try ReplayBench(orders: ["\(order),W,A,3,t"])
        await bench.shop.inject(.lostAfter, at: "POST /api/v1/reservations/")
        let report = try await bench.run()
        #expect(report.counts.confirmed == 1)
        #expect(await bench.shop.records["A@W"]?.onHand == 7)
        #expect(await bench.shop.count("POST /api/v1/reservations/\(order)/confirm") == 2)
    }

    @Test("a 500 is not sent again and fails its order alone")
    func internalError() async throws {
        let bench = try ReplayBench(orders: ["\(order),W,A,3,t", "\(ReplayBench.otherOrder),W,A,1,t"])
        await bench.shop.inject(.answer(.problem(500, "internal")), at: reserve)
        let report = try await bench.run(concurrency: 1)
        #expect(report.counts.failed == 1)
        #expect(report.counts.confirmed == 1)
        #expect(bench.waits.isEmpty)
    }

    @Test("an order fails after ten tries")
    func exhausted() async throws {
        let bench = try ReplayBench(orders: ["\(order),W,A,3,t"])
        await bench.shop.inject(.lostBefore, at: reserve, times: 20)
        let report = try await bench.run()
        #expect(report.counts.failed == 1)
        #expect(report.counts.connectionErrors == RetryRules.maximumTries)
        #expect(report.failures.first?.contains("no answer") == true)
    }
}
