import PostgresClient
import Reactor
import Testing

@Suite(.needsServer)
struct ClientTests {
    private static let one = PostgresQuery("SELECT 1::int8")
    private static let processID = PostgresQuery("SELECT pg_backend_pid()")

    @Test func `queries rotate over the shared connections and lease none`() async throws {
        try await TestServer.withClient(shared: 2) { client in
            var processes: Set<Int64> = []
            // The second connection may come a moment after the first.
            try await TestServer.eventually {
                processes.insert(try await client.query(Self.processID).single())
                return processes.count == 2
            }
            #expect(client.statistics == PostgresPoolStatistics(open: 2, leased: 0, waiting: 0, reconnects: 0))
        }
    }

    @Test func `without shared connections a query leases one and returns it`() async throws {
        try await TestServer.withClient(shared: 0, maximum: 1) { client in
            for _ in 0..<10 {
                let result = try await client.query(Self.one)
                #expect(try result.single(as: Int64.self) == 1)
            }
            #expect(client.statistics == PostgresPoolStatistics(open: 1, leased: 0, waiting: 0, reconnects: 0))
        }
    }

    @Test func `leases never exceed the maximum, and every caller gets one`() async throws {
        try await TestServer.withClient(shared: 0, maximum: 3) { client in
            let processes = Recorder<Int32>()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        try await client.withConnection(wait: .seconds(60)) { connection in
                            processes.add(connection.processID)
                            #expect(client.statistics.leased <= 3)
                            _ = try await connection.query(Self.one, timeout: .seconds(10))
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(processes.all.count == 200 && Set(processes.all).count <= 3)
            #expect(client.statistics.leased == 0 && client.statistics.waiting == 0)
        }
    }

    @Test func `a waiting caller times out, and a cancelled one leaves the queue`() async throws {
        try await TestServer.withClient(shared: 0, maximum: 1) { client in
            try await client.withConnection { _ in
                let start = ContinuousClock.now
                let late = await failure { try await client.withConnection(wait: .milliseconds(50)) { _ in } }
                #expect(late?.code == .poolExhausted && late?.wasSent == false)
                #expect(ContinuousClock.now - start >= .milliseconds(50))

                let cancelled = Task { try await client.withConnection(wait: .seconds(60)) { _ in } }
                try await TestServer.eventually { client.statistics.waiting == 1 }
                cancelled.cancel()
                await #expect(throws: CancellationError.self) { try await cancelled.value }
                #expect(client.statistics.waiting == 0)
            }
            _ = try await client.withConnection { try await $0.query(Self.one, timeout: .seconds(10)) }
        }
    }

    @Test func `a transaction left open is rolled back before the next lease`() async throws {
        let events = Recorder<PostgresEvent>()
        let onEvent: @Sendable (PostgresEvent) -> Void = { events.add($0) }
        try await TestServer.withClient(shared: 0, maximum: 1, onEvent: onEvent) { client in
            let first = try await client.withConnection { connection in
                try await connection.script("CREATE TEMP TABLE t (n int8)", timeout: .seconds(10))
                _ = try await connection.query(PostgresQuery("BEGIN"), timeout: .seconds(10))
                _ = try await connection.query(PostgresQuery("INSERT INTO t VALUES (1)"), timeout: .seconds(10))
                return connection.processID
            }
            try await client.withConnection { connection in
                #expect(connection.processID == first)
                let count = try await connection.query(PostgresQuery("SELECT count(*) FROM t"), timeout: .seconds(10))
                #expect(try count.single(as: Int64.self) == 0)
            }
            #expect(events.all.contains { if case .transactionLeftOpen = $0 { true } else { false } })
        }
    }

    @Test func `killed sessions are replaced automatically`() async throws {
        try await TestServer.withClient(maximum: 1) { client in
            let shared: Int64 = try await client.query(Self.processID).single()
            let exclusive = try await client.withConnection { $0.processID }
            try await TestServer.terminate(Int32(shared))
            try await TestServer.terminate(exclusive)
            try await TestServer.eventually { client.statistics.reconnects >= 1 && client.statistics.open == 1 }
            #expect(try await client.query(Self.processID).single(as: Int64.self) != shared)
            #expect(try await client.withConnection { $0.processID } != exclusive)
            #expect(client.statistics.reconnects == 2)
        }
    }

    @Test func `a session killed during its lease fails that lease only`() async throws {
        try await TestServer.withClient(shared: 0, maximum: 1) { client in
            let error = await failure {
                try await client.withConnection { connection in
                    try await TestServer.terminate(connection.processID)
                    _ = try await connection.query(Self.one, timeout: .seconds(10))
                }
            }
            #expect(error?.code == .connectionLost)
            #expect(client.statistics.leased == 0)
            _ = try await client.withConnection { try await $0.query(Self.one, timeout: .seconds(10)) }
        }
    }

    @Test func `after the first second of an outage callers fail at once, and waitUntilReachable ends`() async throws {
        let client = PostgresClient(
            configuration: PostgresConfiguration(conninfo: "host=/nonexistent", applicationName: "test"),
            reactor: TestServer.reactor,
            maximumConnections: 2
        )
        let start = ContinuousClock.now
        let unreachable = await failure { try await client.waitUntilReachable(for: .milliseconds(1200)) }
        #expect(unreachable?.code == .cannotConnect || unreachable?.code == .poolExhausted)
        #expect(ContinuousClock.now - start < .seconds(10))
        try await TestServer.eventually {
            let start = ContinuousClock.now
            let error = await failure { try await client.withConnection(wait: .seconds(60)) { _ in } }
            #expect(error?.code == .cannotConnect)
            return ContinuousClock.now - start < .milliseconds(50)
        }
        await client.shutdown()
    }

    @Test func `shutdown waits for leases, then refuses all callers`() async throws {
        try await TestServer.withClient(maximum: 2) { client in
            try await client.waitUntilReachable(for: .seconds(10))
            let leased = Recorder<Bool>()
            let lease = Task {
                try await client.withConnection { connection in
                    leased.add(true)
                    return try await connection.query(
                        PostgresQuery("SELECT 7::int8 FROM pg_sleep(0.2)"),
                        timeout: .seconds(10)
                    )
                }
            }
            try await TestServer.eventually { !leased.all.isEmpty }
            await client.shutdown()
            #expect(try await lease.value.single(as: Int64.self) == 7)
            #expect(client.statistics.leased == 0)
            #expect(await failure { _ = try await client.query(Self.one) }?.code == .closed)
            #expect(await failure { try await client.withConnection { _ in } }?.code == .closed)
            try await TestServer.eventually { client.statistics.open == 0 }
        }
    }

    /// If a thread waited for the server, this test would not finish.
    @Test(.timeLimit(.minutes(1)))
    func `while eight connections wait for the server, timers, tasks and other connections work`() async throws {
        try await TestServer.withClient(shared: 0, maximum: 9) { client in
            try await client.withConnection { holder in
                // A key of this test: advisory locks are shared by the whole database.
                let key = Int64(holder.processID)
                let lock = PostgresQuery("SELECT pg_advisory_lock($1)") { $0.append(key) }
                let unlock = PostgresQuery("SELECT pg_advisory_unlock($1)") { $0.append(key) }
                _ = try await holder.query(lock, timeout: .seconds(10))
                let ended = Recorder<Int64>()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            let waiting = PostgresQuery("SELECT 7::int8 FROM pg_advisory_lock_shared($1)") {
                                $0.append(key)
                            }
                            ended.add(
                                try await client.withConnection {
                                    try await $0.query(waiting, timeout: .seconds(50)).single()
                                })
                        }
                    }
                    let waiters = PostgresQuery(
                        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted"
                    ) { $0.append(key) }
                    try await TestServer.eventually {
                        let count = try await holder.query(waiters, timeout: .seconds(10)).single(as: Int64.self)
                        return count == 8
                    }
                    for _ in 0..<20 {
                        await TestServer.reactor.sleep(for: .milliseconds(1))
                        try await Task.sleep(for: .milliseconds(1))
                        let one = try await holder.query(Self.one, timeout: .seconds(10)).single(as: Int64.self)
                        #expect(one == 1)
                    }
                    #expect(ended.all.isEmpty)
                    _ = try await holder.query(unlock, timeout: .seconds(10))
                    try await group.waitForAll()
                }
                #expect(ended.all == Array(repeating: 7, count: 8))
            }
        }
    }
}
