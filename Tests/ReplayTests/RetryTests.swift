import Testing

@testable import Replay

@Suite("Retries of a replay")
struct RetryTests {
    private let order = ReplayFixture.order
    private let reserve = "POST /api/v1/reservations"

    @Test("waits double from 100 ms to 5 s with jitter, for ten attempts in all")
    func waits() {
        func wait(_ number: Int, _ retryAfter: Int? = nil, jitter: Double = 1) -> Duration? {
            RetryRules.wait(afterAttempt: number, retryAfterSeconds: retryAfter, jitter: jitter)
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

    @Test("a busy server is retried after its Retry-After, without a lookup of the order")
    func busy() async throws {
        let fixture = try ReplayFixture(orders: ["\(order),W,A,3,t"])
        await fixture.server.inject(.answer(.problem(503, "system_busy", retryAfter: 2)), at: reserve, times: 2)
        let report = try await fixture.run()
        #expect(fixture.waits == [.seconds(2), .seconds(2)])
        #expect(report.counts.confirmed == 1)
        #expect(report.counts.retries == 2)
        #expect(report.counts.serverErrors == 2)
        #expect(report.exitCode == 1, "a 5xx counts even if a retry made it good")
        #expect(await fixture.server.count("GET") == 0)
    }

    @Test("after a lost response the order is looked up, and not reserved again if it exists")
    func lostAfter() async throws {
        let fixture = try ReplayFixture(orders: ["\(order),W,A,3,t"])
        await fixture.server.inject(.lostAfter, at: reserve)
        let report = try await fixture.run()
        #expect(report.counts.connectionErrors == 1)
        #expect(report.counts.unitsConfirmed == 3)
        #expect(report.exitCode == 0)
        #expect(await fixture.server.records["A@W"]?.onHand == 7)
        #expect(await fixture.server.count("GET /api/v1/reservations/\(order)") == 1)
        #expect(await fixture.server.keys.count == 1)
    }

    @Test("a reserve that never arrived is repeated with the same key")
    func lostBefore() async throws {
        let fixture = try ReplayFixture(orders: ["\(order),W,A,3,t"])
        await fixture.server.inject(.lostBefore, at: reserve)
        let report = try await fixture.run()
        #expect(report.counts.confirmed == 1)
        #expect(await fixture.server.records["A@W"]?.onHand == 7)
        #expect(await fixture.server.keys.count == 2)
        #expect(Set(await fixture.server.keys).count == 1)
    }

    @Test(
        "an answer that leaves it open is looked into like a lost one",
        arguments: [
            ReplayAnswer.problem(503, "unavailable"), ReplayAnswer(status: 502), ReplayAnswer(status: 504),
            .problem(409, "idempotency_in_progress"),
        ]
    )
    func unclear(answer: ReplayAnswer) async throws {
        let fixture = try ReplayFixture(orders: ["\(order),W,A,3,t"])
        await fixture.server.inject(.answer(answer), at: reserve)
        let report = try await fixture.run()
        #expect(report.counts.confirmed == 1)
        #expect(await fixture.server.count("GET /api/v1/reservations/\(order)") == 1)
    }

    @Test("the second part of a large order is looked up by its reservation count")
    func lostPart() async throws {
        let fixture = try ReplayFixture(
            orders: (0..<501).map { _ in "\(order),W,A,1,t" },
            stock: ["A,W,600,0,1"]
        )
        // The first call is answered busy, so that one order meets both kinds of retry.
        await fixture.server.inject(.answer(.problem(503, "system_busy")), at: reserve)
        await fixture.server.onEachCall { [server = fixture.server] call in
            if call == "POST /api/v1/reservations", await server.orders.count == 1 {
                await server.injectOnce(.lostBefore, at: "POST /api/v1/reservations")
            }
        }
        let report = try await fixture.run()
        #expect(report.counts.connectionErrors == 1)
        #expect(report.counts.unitsConfirmed == 501)
        #expect(await fixture.server.records["A@W"]?.onHand == 99)
    }

    @Test("a confirm whose response was lost is repeated")
    func lostConfirm() async throws {
        let fixture = try ReplayFixture(orders: ["\(order),W,A,3,t"])
        await fixture.server.inject(.lostAfter, at: "POST /api/v1/reservations/")
        let report = try await fixture.run()
        #expect(report.counts.confirmed == 1)
        #expect(await fixture.server.records["A@W"]?.onHand == 7)
        #expect(await fixture.server.count("POST /api/v1/reservations/\(order)/confirm") == 2)
    }

    @Test("a 500 is not retried and fails only its order")
    func internalError() async throws {
        let fixture = try ReplayFixture(orders: ["\(order),W,A,3,t", "\(ReplayFixture.otherOrder),W,A,1,t"])
        await fixture.server.inject(.answer(.problem(500, "internal")), at: reserve)
        let report = try await fixture.run(concurrency: 1)
        #expect(report.counts.failed == 1)
        #expect(report.counts.confirmed == 1)
        #expect(fixture.waits.isEmpty)
    }

    @Test("an order fails after ten attempts")
    func exhausted() async throws {
        let fixture = try ReplayFixture(orders: ["\(order),W,A,3,t"])
        await fixture.server.inject(.lostBefore, at: reserve, times: 20)
        let report = try await fixture.run()
        #expect(report.counts.failed == 1)
        #expect(report.counts.connectionErrors == RetryRules.maximumAttempts)
        #expect(report.failures.first?.contains("no answer") == true)
    }
}
