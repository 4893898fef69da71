import Testing

@testable import PostgresClient

@Suite(.needsServer)
struct LossTests {
    private static let sleep = PostgresQuery("SELECT pg_sleep(60)")

    @Test func `a session killed in flight fails its callers with the server's reason`() async throws {
        try await TestServer.withConnection { connection in
            async let inFlight = failure { _ = try await connection.query(Self.sleep, timeout: .seconds(60)) }
            async let behind = failure { _ = try await connection.query(Self.sleep, timeout: .seconds(60)) }
            try await TestServer.terminate(connection.processID)
            for error in [await inFlight, await behind] {
                #expect(error?.code == .connectionLost)
                #expect(error?.sqlState == "57P01" || error?.sqlState == nil)
            }
            #expect(await !connection.isOpen)
            let late = await failure { _ = try await connection.query(Self.sleep, timeout: .seconds(60)) }
            #expect(late?.code == .connectionLost && late?.wasSent == false)
        }
    }

    @Test func `a request in flight was sent, and one that waited for a script was not`() async throws {
        try await TestServer.withConnection { connection in
            let script = Task {
                await failure { try await connection.script("SELECT pg_sleep(60)", timeout: .seconds(60)) }
            }
            try await waitUntilActive(connection)
            let waiting = Task { await failure { _ = try await connection.query(Self.sleep, timeout: .seconds(60)) } }
            try await TestServer.eventually { await connection.hasWaitingRequests }
            try await TestServer.terminate(connection.processID)
            #expect(await script.value?.wasSent == true)
            #expect(await script.value?.sqlState == "57P01")
            #expect(await waiting.value?.wasSent == false)
            #expect(await waiting.value?.code == .connectionLost)
        }
    }

    @Test func `the end of an idle session is noticed without a query, and reported once`() async throws {
        let lost = Recorder<PostgresError>()
        let onEvent: @Sendable (PostgresEvent) -> Void = { if case .connectionLost(let error) = $0 { lost.add(error) } }
        try await TestServer.withConnection(onEvent: onEvent) { connection in
            try await TestServer.terminate(connection.processID)
            try await TestServer.eventually { await !connection.isOpen }
            #expect(lost.all.map(\.sqlState) == ["57P01"])
        }
        #expect(lost.all.count == 1)
    }

    @Test func `a timeout closes the connection and cancels the statement`() async throws {
        try await TestServer.withConnection { connection in
            async let late = failure { _ = try await connection.query(Self.sleep, timeout: .milliseconds(100)) }
            async let patient = failure { _ = try await connection.query(Self.sleep, timeout: .seconds(60)) }
            #expect(await late?.code == .timeout)
            #expect(await late?.wasSent == true)
            #expect(await patient?.code == .connectionLost)
            #expect(await !connection.isOpen)
            try await TestServer.withConnection { observer in
                let query = PostgresQuery("SELECT count(*) FROM pg_stat_activity WHERE pid = $1") {
                    $0.append(connection.processID)
                }
                try await TestServer.eventually("the statement runs on") {
                    try await observer.query(query, timeout: .seconds(10)).single(as: Int64.self) == 0
                }
            }
        }
    }

    @Test func `cancelling the caller does not abandon its request`() async throws {
        try await TestServer.withConnection { connection in
            try await connection.script("CREATE TEMP TABLE t (n int8)", timeout: .seconds(10))
            let holder = try await PostgresConnection.connect(
                configuration: TestServer.configuration(),
                reactor: TestServer.reactor
            )
            _ = try await holder.query(PostgresQuery("SELECT pg_advisory_lock(4711)"), timeout: .seconds(10))
            let task = Task {
                try await connection.query(
                    PostgresQuery("INSERT INTO t SELECT 1 FROM pg_advisory_lock(4711)"),
                    timeout: .seconds(30)
                )
            }
            try await waitUntilActive(connection)
            task.cancel()
            await holder.close()
            #expect(try await task.value.affectedRows == 1)
            let count = try await connection.query(PostgresQuery("SELECT count(*) FROM t"), timeout: .seconds(10))
            #expect(try count.single(as: Int64.self) == 1)
        }
    }

    @Test func `a transaction that is idle too long loses its session, and the error has the reason`() async throws {
        try await TestServer.withConnection(settings: [("idle_in_transaction_session_timeout", "50ms")]) { connection in
            _ = try await connection.query(PostgresQuery("BEGIN"), timeout: .seconds(10))
            try await TestServer.eventually { await !connection.isOpen }
            let late = await failure { _ = try await connection.query(Self.sleep, timeout: .seconds(10)) }
            #expect(late?.code == .connectionLost && late?.sqlState == "25P03" && late?.wasSent == false)
        }
    }

    @Test func `closing fails waiting callers, and a second close does nothing`() async throws {
        try await TestServer.withConnection { connection in
            let waiting = Task { await failure { _ = try await connection.query(Self.sleep, timeout: .seconds(60)) } }
            try await waitUntilActive(connection)
            await connection.close()
            await connection.close()
            #expect(await waiting.value?.code == .closed)
            #expect(await waiting.value?.wasSent == true)
        }
    }

    @Test func `an unreachable server is an error with libpq's message`() async throws {
        let configuration = PostgresConfiguration(
            conninfo: "host=/nonexistent port=1 user=test password=secret",
            applicationName: "test"
        )
        let error = await failure {
            _ = try await PostgresConnection.connect(configuration: configuration, reactor: TestServer.reactor)
        }
        #expect(error?.code == .cannotConnect && error?.wasSent == false)
        #expect(error?.operatorDescription.contains("/nonexistent") == true)
        #expect(error?.operatorDescription.contains("secret") == false)
    }

    @Test func `a connection without references is closed`() async throws {
        let processID = try await PostgresConnection.connect(
            configuration: TestServer.configuration(),
            reactor: TestServer.reactor
        ).processID
        try await TestServer.withConnection { observer in
            let query = PostgresQuery("SELECT count(*) FROM pg_stat_activity WHERE pid = $1") { $0.append(processID) }
            try await TestServer.eventually("the session is still there") {
                try await observer.query(query, timeout: .seconds(10)).single(as: Int64.self) == 0
            }
        }
    }

    /// Waits until the server runs a statement of the connection.
    private func waitUntilActive(_ connection: PostgresConnection) async throws {
        let query = PostgresQuery("SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND state = 'active'") {
            $0.append(connection.processID)
        }
        try await TestServer.withConnection { observer in
            try await TestServer.eventually("the server runs nothing") {
                try await observer.query(query, timeout: .seconds(10)).single(as: Int64.self) == 1
            }
        }
    }
}
