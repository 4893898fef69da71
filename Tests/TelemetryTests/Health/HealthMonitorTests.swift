import Logging
import Synchronization
import Testing

@testable import Telemetry

@Suite("The health monitor")
struct HealthMonitorTests {
    /// A clock that the test moves, and the finding of its one check.
    private final class Fixture: Sendable {
        let seconds = Mutex(0.0)
        let finding = Mutex(HealthCheck.Finding.ok)
        let log = RecordingLog()
        private let start = ContinuousClock.now

        var now: ContinuousClock.Instant { start + .seconds(seconds.withLock { $0 }) }

        func monitor() -> HealthMonitor {
            let log = log
            let check = HealthCheck("smtp", isEssential: true) { self.finding.withLock { $0 } }
            return HealthMonitor([check], limit: .seconds(10), logger: Logger(label: "test") { _ in log }) { self.now }
        }

        /// Requests a report once a second.
        func poll(_ monitor: HealthMonitor, times: Int, finding: HealthCheck.Finding) async {
            self.finding.withLock { $0 = finding }
            for _ in 0..<times {
                _ = await monitor.report()
                seconds.withLock { $0 += 1 }
            }
        }
    }

    @Test("an outage probed every second is logged once a minute")
    func throttling() async {
        let fixture = Fixture()
        let monitor = fixture.monitor()
        await fixture.poll(monitor, times: 10, finding: .ok)
        #expect(fixture.log.lines.all.isEmpty)
        await fixture.poll(monitor, times: 3_600, finding: .init(.down, detail: "refused"))
        let lines = fixture.log.lines.all
        #expect(lines.count == 60)
        #expect(lines.first == "warning health check failed cause=refused check=smtp state=down")
        #expect(lines.dropFirst().allSatisfy { $0.hasSuffix("state=down unlogged=59") })
        await fixture.poll(monitor, times: 100, finding: .ok)
        #expect(fixture.log.lines.all.count == 61)
        #expect(fixture.log.lines.all.last == "notice health check recovered check=smtp state=ok unlogged=59")
    }

    @Test("a change of state is logged at once")
    func changes() async {
        let fixture = Fixture()
        let monitor = fixture.monitor()
        await fixture.poll(monitor, times: 2, finding: .init(.degraded, note: "slow"))
        await fixture.poll(monitor, times: 2, finding: .init(.down))
        await fixture.poll(monitor, times: 2, finding: .ok)
        #expect(
            fixture.log.lines.all == [
                "warning health check failed cause=slow check=smtp state=degraded",
                "warning health check failed cause=none given check=smtp state=down unlogged=1",
                "notice health check recovered check=smtp state=ok unlogged=1",
            ]
        )
    }

    @Test("a flapping check does not fill the log, and its final state is logged")
    func flapping() async {
        let fixture = Fixture()
        let monitor = fixture.monitor()
        for _ in 0..<300 {
            await fixture.poll(monitor, times: 1, finding: .init(.down))
            await fixture.poll(monitor, times: 1, finding: .ok)
        }
        // 600 s, six lines a minute.
        #expect((1...60).contains(fixture.log.lines.all.count))
        await fixture.poll(monitor, times: 70, finding: .init(.down))
        #expect(fixture.log.lines.all.last?.contains("state=down") == true)
    }

    @Test("a cancelled caller says nothing about the checks")
    func cancelledCaller() async {
        let (asked, continuation) = AsyncStream.makeStream(of: Void.self)
        let log = RecordingLog()
        let check = HealthCheck("smtp", isEssential: true) {
            continuation.yield()
            try? await Task.sleep(for: .seconds(60))
            return .ok
        }
        let monitor = HealthMonitor([check], limit: .seconds(30), logger: Logger(label: "test") { _ in log })
        let caller = Task { await monitor.report() }
        _ = await asked.first { _ in true }
        caller.cancel()
        #expect(await caller.value.status == .unavailable)
        #expect(log.lines.all.isEmpty)
    }

    @Test("a report in JSON")
    func json() {
        let report = HealthReport(
            status: .degraded,
            checks: [
                .init(name: "postgresql", state: .ok, latency: .microseconds(412)),
                .init(name: "smtp", state: .down, latency: .milliseconds(1_002), note: "says \"no\"\n"),
            ]
        )
        #expect(
            report.json == #"{"status":"degraded","checks":{"postgresql":{"status":"ok","latency_ms":0.412},"#
                + #""smtp":{"status":"down","latency_ms":1002.000,"note":"says \"no\"\n"}}}"#
        )
        #expect(HealthReport(status: .ok, checks: []).json == #"{"status":"ok","checks":{}}"#)
    }
}
