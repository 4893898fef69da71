import Foundation
import Glibc
import TestSupport
import Testing

extension SystemTests {
    @Suite struct SweeperTests {
        // MARK: Once

        @Test(.timeLimit(.minutes(2))) func `With --once, nothing to sweep exits with 0, and so does everything swept`()
            async throws
        {
            try await Stage.with(servers: 1) { stage in
                try await stage.stock(["ONCE-1", "ONCE-2"], in: ["WH1", "WH2"], quantity: 5_000)
                let idle = try await SweeperProcess.once(stage)
                #expect(idle.end == .exit(0), "\(idle.errorOutput)")
                #expect(SweeperProcess.passes(idle).isEmpty)
                try await stage.makeOverdue(perRecord: 300)
                let sweep = try await SweeperProcess.once(stage)
                #expect(sweep.end == .exit(0), "\(sweep.errorOutput)")
                let line = try #require(SweeperProcess.passes(sweep).first)
                #expect(SweeperProcess.passes(sweep).count == 1)
                for part in ["\"released\":\"1200\"", "\"records\":\"4\"", "\"failed\":\"0\"", "\"level\":\"info\""] {
                    #expect(line.contains(part), "\(line)")
                }
                #expect(try await stage.overdueCount() == 0)
                #expect(try await stage.wronglyReleased() == [])
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `With --once, an unreleasable reservation is reported, and the exit status is not 0`()
            async throws
        {
            try await Stage.with(servers: 1) { stage in
                let ids = try await stage.stock(["STUCK", "FREE"], quantity: 5_000)
                let id = try #require(ids["STUCK"]?["WH1"])
                try await stage.makeOverdue(perRecord: 10)
                let sweep = try await stage.whileLocked(id) { try await SweeperProcess.once(stage) }
                #expect(sweep.end == .exit(75), "\(sweep.errorOutput)")
                #expect(sweep.errorOutput.contains("gave up"))
                #expect(sweep.errorOutput.contains("STUCK in WH1"))
                // The locked record must not delay the other one.
                #expect(try await stage.overdueCount() == 10)
                #expect(try await SweeperProcess.once(stage).end == .exit(0))
            }
        }

        @Test(.timeLimit(.minutes(1))) func `An invalid setting is named, and the exit status is 64`() async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            for (name, value) in [
                ("SWEEP_INTERVAL_SECONDS", "soon"), ("REDIS_URL", "http://x"), ("DATABASE_URL", ""),
                ("METRICS_PORT", "-1"),
            ] {
                var environment = ["DATABASE_URL": "postgresql:///nothing"]
                environment[name] = value
                let run = try await Child.run(
                    Products.path("inventory-sweeper"), ["--once"], environment: environment, in: folder)
                #expect(run.end == .exit(64), "\(name): \(run.errorOutput)")
                #expect(run.errorOutput.contains(name))
            }
        }

        // MARK: The loop

        @Test(.timeLimit(.minutes(2)))
        func `No reservation outlives its time by more than the interval and a second`() async throws {
            try await Stage.with(servers: 1) { stage in
                try await stage.stock(["BRIEF-1", "BRIEF-2", "BRIEF-3"], quantity: 100_000)
                let client = try #require(await stage.clients.first)
                let sweeper = try SweeperProcess.launch(
                    stage, [], ["SWEEP_INTERVAL_SECONDS": "2", "LOG_LEVEL": "debug"])
                let deadline = ContinuousClock.now + .seconds(8)
                var made = 0
                while ContinuousClock.now < deadline {
                    made += 1
                    try stage.require(
                        await client.reserve(order: newOrder(), [("BRIEF-\(made % 3 + 1)", "WH1", 1)], ttl: 1))
                    // The age of the oldest remaining one, sampled repeatedly.
                    let late = try await stage.count(
                        """
                        SELECT count(*) FROM reservations
                        WHERE status = 'pending' AND expires_at <= clock_timestamp() - interval '3 seconds'
                        """)
                    #expect(late == 0, "\(sweeper.errorOutput)")
                }
                try await eventually(within: .seconds(10), "all are swept") {
                    try await stage.count("SELECT count(*) FROM reservations WHERE status = 'pending'") == 0
                }
                let latest = try await stage.count(
                    "SELECT (extract(epoch FROM max(resolved_at - expires_at)) * 1000)::bigint FROM reservations")
                #expect(latest <= 3_000, "\(latest) ms, of \(made); \(sweeper.errorOutput)")
                #expect(try await stage.wronglyReleased() == [])
                sweeper.send(SIGTERM)
                #expect(try await sweeper.waitForEnd(within: .seconds(5)) == .exit(0), "\(sweeper.errorOutput)")
            }
        }

        @Test(.timeLimit(.minutes(2)), arguments: [SIGTERM, SIGINT])
        func `On a signal during a pass work in flight is finished, and the exit status is 0`(
            _ signal: Int32
        ) async throws {
            try await Stage.with(servers: 1) { stage in
                try await stage.stock((0..<10).map { "END-\($0)" }, in: ["WH1", "WH2"], quantity: 100_000)
                try await stage.makeOverdue(perRecord: 2_000)
                let sweeper = try SweeperProcess.launch(stage)
                try await eventually("it is at work") { try await stage.overdueCount() < 40_000 }
                let signalled = ContinuousClock.now
                sweeper.send(signal)
                #expect(try await sweeper.waitForEnd(within: .seconds(10)) == .exit(0), "\(sweeper.errorOutput)")
                #expect(ContinuousClock.now - signalled < .seconds(10))
                #expect(try await stage.overdueCount() > 0, "it had been through before the signal")
                #expect(SweeperProcess.passes(sweeper).count == 1)
                #expect(try await SweeperProcess.once(stage).end == .exit(0))
                #expect(try await stage.overdueCount() == 0)
                #expect(try await stage.wronglyReleased() == [])
            }
        }

        @Test(.timeLimit(.minutes(1))) func `The status page reports what was swept and the state of the servers`()
            async throws
        {
            try await Stage.with(servers: 1) { stage in
                try await stage.stock(["PAGE"], quantity: 100)
                try await stage.makeOverdue(perRecord: 7)
                let sweeper = try SweeperProcess.launch(stage, [], ["METRICS_PORT": "0"])
                try await eventually("it is counted") {
                    let text = try await SweeperProcess.page(sweeper, "/metrics", stage)
                    return text.contains("inventory_sweep_released_total 7") && text.contains("process_open_fds")
                }
                let ready = try await SweeperProcess.page(sweeper, "/health/ready", stage)
                #expect(ready.contains("\"status\":\"ok\"") && ready.contains("redis") && ready.contains("postgresql"))
                sweeper.send(SIGTERM)
                #expect(try await sweeper.waitForEnd(within: .seconds(5)) == .exit(0), "\(sweeper.errorOutput)")
            }
        }

        // MARK: Outages

        @Test(.timeLimit(.minutes(2))) func `If Redis disappears during a pass, the sweep continues`() async throws {
            try await Stage.with(servers: 1) { stage in
                try await stage.stock((0..<10).map { "R-\($0)" }, quantity: 100_000)
                try await stage.makeOverdue(perRecord: 2_000)
                let sweeper = try SweeperProcess.launch(stage, ["--once"])
                try await eventually("it is at work") { try await stage.overdueCount() < 20_000 }
                await stage.redis.crash()
                #expect(try await sweeper.waitForEnd(within: .seconds(60)) == .exit(0), "\(sweeper.errorOutput)")
                #expect(try await stage.overdueCount() == 0)
                #expect(try await stage.wronglyReleased() == [])
                try await stage.redis.start()
            }
        }

        @Test(.timeLimit(.minutes(3)), arguments: [PrivatePostgres.Shutdown.fast, .immediate])
        func `If the database restarts during a pass, the sweeper continues when it is back`(
            _ mode: PrivatePostgres.Shutdown
        ) async throws {
            try await PrivatePostgres.with { postgres in
                try await Stage.with(servers: 1, postgres: postgres) { stage in
                    try await stage.stock((0..<10).map { "D-\($0)" }, quantity: 100_000)
                    try await stage.makeOverdue(perRecord: 2_000)
                    let sweeper = try SweeperProcess.launch(stage)
                    try await eventually("it is at work") { try await stage.overdueCount() < 20_000 }
                    try await postgres.stop(mode)
                    try await eventually("it has noticed") { sweeper.errorOutput.contains("\"level\":\"warning\"") }
                    try await postgres.start()
                    try await eventually(within: .seconds(60), "all is swept") {
                        (try? await stage.overdueCount()) == 0
                    }
                    #expect(sweeper.end == nil)
                    sweeper.send(SIGTERM)
                    #expect(try await sweeper.waitForEnd(within: .seconds(10)) == .exit(0), "\(sweeper.errorOutput)")
                    #expect(try await stage.wronglyReleased() == [])
                }
            }
        }
    }
}
