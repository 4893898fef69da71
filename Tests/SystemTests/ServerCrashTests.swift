import TestSupport
import Testing

extension SystemTests {
    @Suite struct ServerCrashTests {
        @Test(.timeLimit(.minutes(2))) func `A server killed under load loses nothing that it acknowledged`()
            async throws
        {
            try await Stage.with(settings: ["LOCK_LEASE_MS": "1000"]) { stage in
                try await stage.stock(["K-1", "K-2"], in: ["WH1", "WH2"], quantity: 500)
                let seed = SeededRandom().seed
                print("seed \(seed)")
                let journal = Journal()
                let shape = Load.Shape(skus: ["K-1", "K-2"], warehouses: ["WH1", "WH2"])
                try await Load.during(shape, journal: journal, seed: seed, on: { await stage.clients }) { load in
                    for _ in 0..<3 {
                        try await load.waitForSuccesses(80)
                        let victim = try #require(await stage.servers.first)
                        await victim.crash()
                        await stage.apis.remove(victim)
                        // The other server continues beyond the leases that the dead one held.
                        try await load.waitForSuccesses(40)
                        try await stage.audit()
                        try await stage.startServer()
                    }
                    try await load.waitForSuccesses(80)
                }
                print("answers: \(journal.answers)")
                #expect(journal.serverFaults(allowing: ["no answer"]).isEmpty, "\(journal.answers)")
                try await journal.check(stage)
            }
        }
    }
}
