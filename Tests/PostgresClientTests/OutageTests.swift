import Glibc
import PostgresClient
import Testing

/// Tests that need a server of their own: crashes, frozen processes, TLS.
@Suite(.enabled(if: OwnServer.programs != nil, "TEST_POSTGRES_BIN is not set"), .serialized)
struct OutageTests {
    private static let one = PostgresQuery("SELECT 1::int8")

    @Test(.timeLimit(.minutes(2))) func `a crash fails all callers, and everything reconnects afterwards`() async throws
    {
        try await OwnServer.run { server in
            let client = PostgresClient(
                configuration: server.configuration(),
                reactor: TestServer.reactor,
                sharedConnections: 2,
                maximumConnections: 4
            )
            try await client.waitUntilReachable(for: .seconds(10))
            var elements = PostgresListener(
                configuration: server.configuration(),
                channels: ["stock"],
                reactor: TestServer.reactor
            ).makeAsyncIterator()
            #expect(await elements.next() == .reconnected)
            _ = try await client.query(Self.one)
            let inFlight = Task {
                await failure {
                    try await client.withConnection {
                        _ = try await $0.query(PostgresQuery("SELECT pg_sleep(60)"), timeout: .seconds(60))
                    }
                }
            }
            try await TestServer.eventually { client.statistics.leased == 1 }
            try await server.crash()
            #expect(await inFlight.value?.code == .connectionLost)
            #expect(await inFlight.value?.wasSent == true)
            try await TestServer.eventually("the outage is not noticed") {
                await failure { _ = try await client.query(Self.one, timeout: .seconds(1)) }?.code == .cannotConnect
            }
            try await server.start()
            try await TestServer.eventually("the client did not come back") {
                (try? await client.query(Self.one)) != nil
            }
            try await client.waitUntilReachable(for: .seconds(10))
            #expect(client.statistics.reconnects >= 1)
            #expect(await elements.next() == .reconnected)
            await client.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(2))) func `a frozen server process costs one timeout and one connection`() async throws {
        try await OwnServer.run { server in
            let client = PostgresClient(
                configuration: server.configuration(),
                reactor: TestServer.reactor,
                sharedConnections: 0,
                maximumConnections: 1
            )
            let frozen = Recorder<Int32>()
            let error = await failure {
                try await client.withConnection { connection in
                    frozen.add(connection.processID)
                    #expect(kill(connection.processID, SIGSTOP) == 0)
                    _ = try await connection.query(Self.one, timeout: .milliseconds(200))
                }
            }
            #expect(error?.code == .timeout)
            let next = try await client.withConnection { connection in
                _ = try await connection.query(Self.one, timeout: .seconds(10))
                return connection.processID
            }
            #expect(!frozen.all.contains(next))
            for process in frozen.all { kill(process, SIGCONT) }
            await client.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(2))) func `waiting for a server that starts late succeeds`() async throws {
        try await OwnServer.run { server in
            try await server.crash()
            let client = PostgresClient(
                configuration: server.configuration(),
                reactor: TestServer.reactor,
                maximumConnections: 1
            )
            async let reached: Void = client.waitUntilReachable(for: .seconds(60))
            try await server.start()
            try await reached
            await client.shutdown()
        }
    }

    @Test(.timeLimit(.minutes(2))) func `large answers and many callers work over TLS`() async throws {
        try await OwnServer.run(tls: true) { server in
            try await server.crash()
            try await server.start(options: "-c ssl=on -c listen_addresses=127.0.0.1 -c port=\(server.port)")
            let connection = try await PostgresConnection.connect(
                configuration: PostgresConfiguration(
                    conninfo: "postgresql://postgres@127.0.0.1:\(server.port)/postgres?sslmode=require",
                    applicationName: "tls"
                ),
                reactor: TestServer.reactor
            )
            let tls = try await connection.query(
                PostgresQuery("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"),
                timeout: .seconds(10)
            )
            #expect(try tls.single(as: Bool.self))
            let big = [UInt8](repeating: 9, count: 3_000_000)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for caller in 0..<500 {
                    group.addTask {
                        let size = caller % 50 == 0 ? big.count : caller * 97
                        let query = PostgresQuery("SELECT $1") { $0.append(Array(big.prefix(size))) }
                        let result = try await connection.query(query, timeout: .seconds(60))
                        #expect(try result.single(as: [UInt8].self).count == size)
                    }
                }
                try await group.waitForAll()
            }
            await connection.close()
        }
    }
}
