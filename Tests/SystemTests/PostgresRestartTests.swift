import TestSupport
import Testing

extension SystemTests {
    @Suite struct PostgresRestartTests {
        /// Allowed problems while the database is down.
        private static let outage: Set = ["503 unavailable", "503 system_busy"]

        @Test(.timeLimit(.minutes(3)), arguments: [PrivatePostgres.Shutdown.fast, .immediate])
        func `A database restart causes 503s while it is down and loses no acknowledged write`(
            _ mode: PrivatePostgres.Shutdown
        ) async throws {
            try await PrivatePostgres.with { postgres in
                try await Stage.with(postgres: postgres) { stage in
                    try await stage.stock(["P-1", "P-2"], in: ["WH1", "WH2"], quantity: 500)
                    let seed = SeededRandom().seed
                    print("seed \(seed)")
                    let journal = Journal()
                    let clients = await stage.clients
                    let shape = Load.Shape(skus: ["P-1", "P-2"], warehouses: ["WH1", "WH2"])
                    try await Load.during(shape, journal: journal, seed: seed, on: { clients }) { load in
                        try await load.waitForSuccesses(100)
                        try await postgres.restart(mode)
                        try await load.waitForSuccesses(100, within: .seconds(60))
                        // Down long enough for callers to notice, then up again.
                        try await postgres.stop(mode)
                        try await eventually("callers see the outage") {
                            journal.answers["503 unavailable", default: 0] >= 20
                        }
                        try await postgres.start()
                        try await load.waitForSuccesses(100, within: .seconds(60))
                    }
                    print("answers: \(journal.answers)")
                    #expect(journal.serverFaults(allowing: Self.outage).isEmpty, "\(journal.answers)")
                    try await journal.check(stage)
                    for client in clients {
                        #expect(try await client.receive("P-1", "WH1", 1).status == 200)
                        try await eventually("a server is ready again") { try await client.health().status == 200 }
                    }
                }
            }
        }

        /// A session that is terminated between its COMMIT and the next message gets the reply and the termination
        /// together.
        @Test(.timeLimit(.minutes(2)))
        func `Database sessions terminated by an operator lose nothing and duplicate nothing`()
            async throws
        {
            try await Stage.with { stage in
                try await stage.stock(["P-3", "P-4"], in: ["WH1", "WH2"], quantity: 500)
                let seed = SeededRandom().seed
                print("seed \(seed)")
                let journal = Journal()
                let clients = await stage.clients
                let shape = Load.Shape(skus: ["P-3", "P-4"], warehouses: ["WH1", "WH2"])
                try await Load.during(shape, journal: journal, seed: seed, on: { clients }) { load in
                    for _ in 0..<25 {
                        try await load.waitForSuccesses(10)
                        _ = try await stage.count(
                            """
                            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                            WHERE datname = current_database() AND application_name = 'inventory-api'
                            """)
                    }
                }
                print("answers: \(journal.answers)")
                #expect(journal.serverFaults(allowing: Self.outage).isEmpty, "\(journal.answers)")
                try await journal.check(stage)
            }
        }
    }
}
