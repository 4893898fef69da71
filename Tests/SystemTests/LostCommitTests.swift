import TestSupport
import Testing

extension SystemTests {
    /// The line to the database breaks around a COMMIT: the effect is there once, and the caller is told the truth.
    @Suite struct LostCommitTests {
        private static let cuts = 12
        private static let quantity = 1_000

        @Test(.timeLimit(.minutes(2)), arguments: CutOffProxy.Cut.allCases)
        func `Whoever asked is told the truth when the line is cut around a COMMIT`(_ cut: CutOffProxy.Cut) async throws
        {
            let seed = SeededRandom().seed
            print("seed \(seed)")
            try await Stage.with(servers: 0) { stage in
                let address = try await stage.databaseAddress()
                try await CutOffProxy.with(socketPath: address.socketPath, seed: seed) { proxy in
                    let url =
                        "host=127.0.0.1 port=\(proxy.port) sslmode=disable gssencmode=disable"
                        + " user=\(address.user) dbname=\(address.database)"
                    for _ in 0..<2 { try await stage.startServer(["DATABASE_URL": url]) }
                    try await stage.stock(["C-1", "C-2"], in: ["WH1", "WH2"], quantity: Self.quantity)
                    let journal = Journal()
                    let clients = await stage.clients
                    let shape = Load.Shape(skus: ["C-1", "C-2"], warehouses: ["WH1", "WH2"])
                    try await Load.during(shape, journal: journal, seed: seed, on: { clients }) { load in
                        try await load.waitForSuccesses(30)
                        proxy.arm(cut, times: Self.cuts)
                        try await eventually(within: .seconds(60), "\(Self.cuts) lines are cut") {
                            proxy.cutsMade == Self.cuts
                        }
                        try await load.waitForSuccesses(60)
                    }
                    print("answers: \(journal.answers)")
                    #expect(journal.serverFaults(allowing: ["503 unavailable", "503 system_busy"]).isEmpty)
                    try await journal.check(stage)
                    // The line was cut and the database was there all the time: nearly every fate can be found out.
                    #expect(journal.answers["503 unavailable", default: 0] * 10 < journal.successes)
                    // Without this the test would show nothing: most cuts hit a batch that was being saved.
                    let lost = await stage.servers.map { server in
                        server.logLines(level: "warning").count { $0.contains("the answer of a COMMIT was lost") }
                    }
                    #expect(lost.reduce(0, +) >= Self.cuts / 2, "\(lost)")
                    try await stage.endServers()
                }
            }
        }
    }
}
