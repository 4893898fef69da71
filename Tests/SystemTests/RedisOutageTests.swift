import TestSupport
import Testing

extension SystemTests {
    @Suite struct RedisOutageTests {
        private static let skus = ["R-1", "R-2", "R-3"]
        private static let places = ["WH1", "WH2"]

        @Test(.timeLimit(.minutes(2)))
        func `Without Redis the database's locks keep everything working, and when it is back nothing is stale`()
            async throws
        {
            try await Stage.with(settings: ["LOCK_ON_REDIS_FAILURE": "database"]) { stage in
                var ids = try await stage.stock(Self.skus, in: Self.places, quantity: 500)
                let quiet = try #require(try await stage.stock(["QUIET"], in: ["WH3"], quantity: 1)["QUIET"]?["WH3"])
                ids["QUIET"] = ["WH3": quiet]
                let seed = SeededRandom().seed
                print("seed \(seed)")
                let journal = Journal()
                try await Self.load(stage, journal, seed) { load in
                    try await load.waitForSuccesses(50)
                    try await Self.expectFreshReads(stage, quiet, "QUIET", "WH3", rounds: 10)
                    await stage.redis.crash()
                    try await load.waitForSuccesses(100)
                    try await Self.expectFreshReads(stage, quiet, "QUIET", "WH3", rounds: 10)
                    try await stage.redis.start()
                    try await Self.waitUntilConnected(stage)
                    try await Self.expectFreshReads(stage, quiet, "QUIET", "WH3", rounds: 10)
                    try await load.waitForSuccesses(50)
                }
                let faults = await stage.faultLines()
                #expect(journal.serverFaults().isEmpty, "\(journal.answers) \(faults)")
                try await journal.check(stage)
                // Both servers read everything written during the outage correctly, through the cache, twice.
                for client in await stage.clients + stage.clients {
                    for (sku, places) in ids {
                        for (place, id) in places {
                            let cached = try await client.record(id).json
                            #expect(try await cached == client.record(sku, place))
                        }
                    }
                }
            }
        }

        @Test(.timeLimit(.minutes(2))) func `A frozen Redis delays writes and refuses none`() async throws {
            try await Stage.with(settings: ["LOCK_ON_REDIS_FAILURE": "database"]) { stage in
                let ids = try await stage.stock(Self.skus, in: Self.places, quantity: 500)
                let seed = SeededRandom().seed
                print("seed \(seed)")
                let journal = Journal()
                try await Self.load(stage, journal, seed) { load in
                    try await load.waitForSuccesses(50)
                    await stage.redis.freeze()
                    try await load.waitForSuccesses(100, within: .seconds(60))
                    await stage.redis.thaw()
                    try await load.waitForSuccesses(50)
                }
                let faults = await stage.faultLines()
                #expect(journal.serverFaults().isEmpty, "\(journal.answers) \(faults)")
                try await journal.check(stage)
                try await Self.waitUntilConnected(stage)
                try await Self.expectFreshReads(stage, try #require(ids["R-2"]?["WH1"]), "R-2")
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `With LOCK_ON_REDIS_FAILURE=refuse, writes without Redis are 503 system_busy until it is back`()
            async throws
        {
            try await Stage.with(settings: ["LOCK_ON_REDIS_FAILURE": "refuse"]) { stage in
                let ids = try await stage.stock(Self.skus, in: Self.places, quantity: 500)
                let seed = SeededRandom().seed
                print("seed \(seed)")
                let journal = Journal()
                try await Self.load(stage, journal, seed) { load in
                    try await load.waitForSuccesses(50)
                    await stage.redis.crash()
                    try await eventually("writes are refused") { journal.answers["503 system_busy", default: 0] >= 50 }
                    try await stage.redis.start()
                    try await load.waitForSuccesses(50)
                }
                let faults = await stage.faultLines()
                #expect(journal.serverFaults(allowing: ["503 system_busy"]).isEmpty, "\(journal.answers) \(faults)")
                try await journal.check(stage)

                await stage.redis.crash()
                for client in await stage.clients {
                    let answer = try await client.receive("R-1", "WH1", 1)
                    #expect(answer.status == 503)
                    #expect(answer.code == "system_busy")
                    #expect(answer.detail == "System busy. Please retry.")
                    #expect(answer.header("Retry-After") != nil)
                    // Reads need no lock.
                    #expect(try await client.record(#require(ids["R-1"]?["WH1"])).status == 200)
                }
                try await stage.redis.start()
                try await Self.waitUntilConnected(stage)
                try await Self.expectFreshReads(stage, try #require(ids["R-3"]?["WH1"]), "R-3")
            }
        }

        @Test(.timeLimit(.minutes(2)))
        func `A read that begins after a write's response sees the write on the other server`() async throws {
            try await Stage.with { stage in
                let ids = try await stage.stock(["R-4"], quantity: 100)
                try await Self.expectFreshReads(stage, try #require(ids["R-4"]?["WH1"]), "R-4", rounds: 60)
            }
        }

        /// The other server keeps filling the cache meanwhile with what it knows.
        @Test(.timeLimit(.minutes(2)))
        func `A server that wrote while only it had lost Redis leaves nothing stale after reconnecting`() async throws {
            try await Stage.with(servers: 1) { stage in
                try await GateProxy.with(socketPath: "\(stage.folder.path)/redis.sock") { gate in
                    let lonely = try await stage.startServer(["REDIS_URL": "redis://127.0.0.1:\(gate.port)/0"])
                    let ids = try await stage.stock(["LONELY"], quantity: 100)
                    let id = try #require(ids["LONELY"]?["WH1"])
                    let clients = await stage.clients
                    try await Self.waitUntilConnected(stage)
                    for _ in 0..<3 {
                        for client in clients { #expect(try await client.record(id).status == 200) }
                        await gate.shut()
                        try await eventually("the outage is noticed") {
                            try await stage.client(lonely).health().json["checks"]["redis"]["status"] == "down"
                        }
                        // Its writes are not published to the other server's cache now.
                        let answer = try await stage.client(lonely).ship("LONELY", "WH1", 7)
                        #expect(answer.status == 200)
                        for client in clients { _ = try await client.record(id) }
                        gate.open()
                        try await Self.waitUntilConnected(stage)
                        for client in clients {
                            #expect(try await client.record(id).json["version"] == answer.json["version"])
                            #expect(try await client.availability("LONELY") == answer.json["new_quantity"].int)
                        }
                    }
                    try await stage.endServers()
                }
            }
        }

        // MARK: Steps

        private static func load(
            _ stage: Stage, _ journal: Journal, _ seed: UInt64, _ body: (Load) async throws -> Void
        ) async throws {
            let clients = await stage.clients
            let shape = Load.Shape(skus: skus, warehouses: places, workers: 10)
            try await Load.during(shape, journal: journal, seed: seed, on: { clients }, body)
        }

        private static func waitUntilConnected(_ stage: Stage) async throws {
            for client in await stage.clients {
                try await eventually("a server has Redis again") {
                    try await client.health().json["checks"]["redis"]["status"] == "ok"
                }
            }
        }

        /// Writes on both servers in turn; after each response every server must show the new figures.
        private static func expectFreshReads(
            _ stage: Stage, _ id: String, _ sku: String, _ place: String = "WH1", rounds: Int = 20
        ) async throws {
            let clients = await stage.clients
            for round in 0..<rounds {
                let answer = try await clients[round % clients.count].receive(sku, place, 1)
                let onHand = try #require(answer.json["new_quantity"].int, "\(answer)")
                for (reader, client) in clients.enumerated() {
                    let record = try await client.record(id).json
                    let comment = Comment(rawValue: "round \(round), server \(reader)")
                    #expect(record["quantity_on_hand"].int == onHand, comment)
                    #expect(record["version"] == answer.json["version"], comment)
                    let available = try await stage.count(
                        "SELECT sum(i.quantity_available) FROM inventory i JOIN products p ON p.id = i.product_id"
                            + " WHERE p.sku = '\(sku)'")
                    #expect(try await client.availability(sku) == available, comment)
                }
            }
        }
    }
}
