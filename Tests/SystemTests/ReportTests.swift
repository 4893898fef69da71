import TestSupport
import Testing

extension SystemTests {
    @Suite struct ReportTests {
        @Test(.timeLimit(.minutes(2)))
        func `Reports are the same before and after the sweeper has aggregated the ledger`() async throws {
            try await Stage.with(servers: 1) { stage in
                try await stage.stock(["R1", "R2"], quantity: 10)
                let client = try #require(await stage.clients.first)
                let order = newOrder()
                try stage.require(await client.reserve(order: order, [("R1", "WH1", 2)]))
                try stage.require(await client.confirm(order))
                func figures() async throws -> [JSON] {
                    let turnover = try await client.get("/reports/turnover").json
                    let movers = try await client.get("/reports/top-movers").json
                    let movements = try await client.get("/reports/movements?days=1").json
                    return [turnover["total"], turnover["items"], movers["items"], movements["items"]]
                }
                let before = try await figures()
                #expect(before[0]["units_out"] == 2 && before[0]["value_out"] == "39.98")
                #expect(before[3][0]["units_out"] == 2)
                #expect(before[2][0]["sku"] == "R1" && before[2][0]["transaction_count"] == 3)
                let sweeper = try SweeperProcess.launch(stage)
                try await eventually(within: .seconds(60), "the ledger is aggregated") {
                    try await stage.count("SELECT count(*) FROM ledger_tail(NULL, NULL, NULL)") == 0
                }
                let after = try await figures()
                #expect(after == before)
                await sweeper.kill()
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Without a sweeper an API process aggregates the ledger`() async throws {
            try await Stage.with(servers: 1, redis: false) { stage in
                try await stage.stock(["R1"], quantity: 10)
                try await eventually(within: .seconds(60), "the ledger is aggregated") {
                    try await stage.count("SELECT on_hand::bigint FROM ledger_rollup") == 10
                }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `Without its replica the API reports from the primary and is degraded`() async throws {
            let nowhere = ["DATABASE_REPLICA_URL": "postgresql://unknown@127.0.0.1:1/none"]
            try await Stage.with(servers: 1, redis: false, settings: nowhere) { stage in
                try await stage.stock(["R1"], quantity: 10)
                let client = try #require(await stage.clients.first)
                let turnover = try await client.get("/reports/turnover")
                #expect(turnover.status == 200 && turnover.json["items"][0]["sku"] == "R1")
                let summary = try await client.get("/reports/summary")
                #expect(summary.json["product_count"] == 1)
                let health = try await client.health()
                #expect(health.status == 200 && health.json["status"] == "degraded")
                #expect(health.json["checks"]["replica"]["status"] == "down")
                let api = try #require(await stage.servers.first)
                let warnings = api.logLines(level: "warning").filter { $0.contains("reports come from the primary") }
                #expect(warnings.count == 1)
            }
        }

        @Test(.timeLimit(.minutes(3)))
        func `Reports come from a standby while it is up to date, and from the primary while it is behind`()
            async throws
        {
            try await PrivatePostgres.with { postgres in
                try await postgres.withStandby { standby in
                    let replica = ["DATABASE_REPLICA_URL": standby.url("postgres")]
                    try await Stage.with(servers: 1, redis: false, settings: replica, postgres: postgres) { stage in
                        try await stage.stock(["R1"], quantity: 10)
                        let client = try #require(await stage.clients.first)
                        func check() async throws -> JSON { try await client.health().json["checks"]["replica"] }
                        func products() async throws -> JSON {
                            try await client.get("/reports/summary").json["product_count"]
                        }
                        try await eventually(within: .seconds(30), "the standby is used") {
                            let (state, count) = (try await check()["status"], try await products())
                            return state == "ok" && count == 1
                        }
                        try await standby.sql("SELECT pg_wal_replay_pause()")
                        try await stage.stock(["R2"], in: ["WH8"], quantity: 10)
                        try await eventually(within: .seconds(30), "the primary stands in") {
                            let (state, count) = (try await check()["status"], try await products())
                            return state == "degraded" && count == 2
                        }
                        let api = try #require(await stage.servers.first)
                        #expect(
                            api.logLines(level: "warning").contains { $0.contains("reports come from the primary") })
                        try await standby.sql("SELECT pg_wal_replay_resume()")
                        try await eventually(within: .seconds(30), "the standby is used again") {
                            let (state, count) = (try await check()["status"], try await products())
                            return state == "ok" && count == 2
                        }
                        // A disconnected standby has replayed all that it received, and is behind.
                        try await standby.sql("ALTER SYSTEM SET primary_conninfo = 'host=/nowhere'")
                        try await standby.sql("SELECT pg_reload_conf()")
                        try await stage.stock(["R3"], in: ["WH9"], quantity: 10)
                        try await eventually(within: .seconds(30), "the primary stands in again") {
                            let (state, count) = (try await check()["status"], try await products())
                            return state == "degraded" && count == 3
                        }
                    }
                }
            }
        }
    }
}
