import TestSupport
import Testing

extension SystemTests {
    /// The connection to the database breaks around a COMMIT: the effect happens at most once, and the caller gets the
    /// true result.
    @Suite struct LostCommitTests {
        private static let cuts = 12
        private static let quantity = 1_000

        @Test(.timeLimit(.minutes(2)), arguments: CommitFaultProxy.Cut.allCases)
        func `The caller gets the true result when the connection is cut around a COMMIT`(
            _ cut: CommitFaultProxy.Cut
        ) async throws {
            let seed = SeededRandom().seed
            print("seed \(seed)")
            try await Stage.with(servers: 0) { stage in
                let address = try await stage.databaseAddress()
                try await CommitFaultProxy.with(socketPath: address.socketPath, seed: seed) { proxy in
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
                    // Only the connection was cut and the database stayed up, so the outcome of nearly every commit can
                    // be found out.
                    #expect(journal.answers["503 unavailable", default: 0] * 10 < journal.successes)
                    // Without this the test would prove nothing: most cuts must hit a batch that was being saved.
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
