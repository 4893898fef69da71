import TestSupport
import Testing

extension SystemTests {
    @Suite struct FrozenServerTests {
        private static let tries = 60
        private static let looks = 30

        @Test(.timeLimit(.minutes(2)))
        func `A server frozen while it holds leases and row locks loses no unit and sells none twice`() async throws {
            try await Stage.with(settings: ["LOCK_LEASE_MS": "1000"]) { stage in
                try await stage.stock(["HOT"], quantity: 5_000)
                let seed = SeededRandom().seed
                print("seed \(seed)")
                let journal = Journal()
                let clients = await stage.clients
                let frozen = try #require(await stage.servers.last)
                let shape = Load.Shape(skus: ["HOT"], warehouses: ["WH1"], workers: 16)
                try await Load.during(shape, journal: journal, seed: seed, on: { clients }) { load in
                    try await load.waitForSuccesses(50)
                    let session = try await Self.freezeInTransaction(frozen, load, stage)
                    let before = journal.successes
                    // PostgreSQL ends the frozen transaction after 5 s, long after the lease.
                    try await eventually(within: .seconds(15), "the frozen transaction is ended") {
                        try await stage.count("SELECT count(*) FROM pg_stat_activity WHERE pid = \(session)") == 0
                    }
                    try await load.waitForSuccesses(50)
                    print("frozen: \(journal.successes - before) commands of the other server succeeded")
                    frozen.thaw()
                    try await load.waitForSuccesses(100)
                }
                print("answers: \(journal.answers)")
                #expect(journal.serverFaults(allowing: ["503 system_busy", "503 unavailable"]).isEmpty)
                try await journal.check(stage)
                for client in clients { #expect(try await client.receive("HOT", "WH1", 1).status == 200) }
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A server frozen again and again, at any moment, loses no unit and sells none twice`() async throws {
            try await Stage.with(settings: ["LOCK_LEASE_MS": "1000"]) { stage in
                try await stage.stock(["WARM"], quantity: 5_000)
                let seed = SeededRandom().seed
                print("seed \(seed)")
                let journal = Journal()
                let clients = await stage.clients
                let frozen = try #require(await stage.servers.last)
                let shape = Load.Shape(skus: ["WARM"], warehouses: ["WH1"], workers: 16)
                try await Load.during(shape, journal: journal, seed: seed, on: { clients }) { load in
                    for _ in 0..<5 {
                        try await load.waitForSuccesses(30)
                        frozen.freeze()
                        try await load.waitForSuccesses(30)
                        frozen.thaw()
                    }
                }
                print("answers: \(journal.answers)")
                #expect(journal.serverFaults(allowing: ["503 system_busy", "503 unavailable"]).isEmpty)
                try await journal.check(stage)
            }
        }

        /// Freezes the server repeatedly until the freeze hits an open transaction.
        /// - Returns: the process id of its database session.
        private static func freezeInTransaction(
            _ server: APIProcess, _ load: Load, _ stage: Stage
        ) async throws -> String {
            for _ in 0..<tries {
                server.freeze()
                // The other server's transactions come and go: one that stays unchanged over all looks is the frozen
                // server's.
                var open = try await openTransactions(stage)
                for _ in 0..<looks where !open.isEmpty { open.formIntersection(try await openTransactions(stage)) }
                if let session = open.first?.split(separator: " ").first { return String(session) }
                server.thaw()
                try await load.waitForSuccesses(3)
            }
            throw Failure("the server was never frozen within a transaction")
        }

        private static func openTransactions(_ stage: Stage) async throws -> Set<String> {
            Set(
                try await stage.lines(
                    """
                    SELECT pid || ' ' || xact_start FROM pg_stat_activity
                    WHERE datname = current_database() AND state = 'idle in transaction'
                      AND application_name = 'inventory-api'
                    """))
        }
    }
}
