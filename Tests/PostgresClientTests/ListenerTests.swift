import PostgresClient
import Testing

@Suite(.needsServer)
struct ListenerTests {
    private func listener(_ channels: [String], _ name: String = "listener") throws -> PostgresListener {
        var configuration = try TestServer.configuration()
        configuration.applicationName = name
        return PostgresListener(configuration: configuration, channels: channels, reactor: TestServer.reactor)
    }

    private func notify(_ channel: String, _ payload: String) async throws {
        try await TestServer.withConnection { connection in
            let query = PostgresQuery("SELECT pg_notify($1, $2) IS NULL") { parameters in
                parameters.append(channel)
                parameters.append(payload)
            }
            _ = try await connection.query(query, timeout: .seconds(10))
        }
    }

    private func payload(_ element: PostgresListener.Element?) -> String? {
        if case .notification(let notification) = element { notification.payload } else { nil }
    }

    @Test(.timeLimit(.minutes(1))) func `a notification arrives within a second`() async throws {
        var elements = try listener(["Stock \"now\"", "other"]).makeAsyncIterator()
        #expect(await elements.next() == .reconnected)
        try await notify("Stock \"now\"", "héllo")
        let start = ContinuousClock.now
        #expect(payload(await elements.next()) == "héllo")
        #expect(ContinuousClock.now - start < .seconds(1))
        try await notify("unrelated", "x")
        try await notify("other", "")
        #expect(payload(await elements.next()) == "")
    }

    @Test(.timeLimit(.minutes(1))) func `after a loss it listens again and reports a possible gap`()
        async throws
    {
        var elements = try listener(["after_loss"], "listener-to-kill").makeAsyncIterator()
        #expect(await elements.next() == .reconnected)
        try await TestServer.withConnection { connection in
            let kill = PostgresQuery(
                """
                SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
                WHERE application_name = 'listener-to-kill'
                """
            )
            let killed = try await connection.query(kill, timeout: .seconds(20))
            #expect(try killed.single(as: Int64.self) == 1)
        }
        #expect(await elements.next() == .reconnected)
        try await notify("after_loss", "back")
        let start = ContinuousClock.now
        #expect(payload(await elements.next()) == "back")
        #expect(ContinuousClock.now - start < .seconds(1))
    }

    @Test(.timeLimit(.minutes(1))) func `a consumer gets all notifications or a report of a gap`() async throws {
        var elements = try listener(["flood"]).makeAsyncIterator()
        #expect(await elements.next() == .reconnected)
        try await TestServer.withConnection { connection in
            let flood = PostgresQuery("SELECT count(pg_notify('flood', n::text)) FROM generate_series(1, 3000) AS n")
            _ = try await connection.query(flood, timeout: .seconds(20))
        }
        try await notify("flood", "last")
        var hasGap = false
        var received = 0
        while let element = await elements.next(), payload(element) != "last" {
            if element == .reconnected { hasGap = true } else { received += 1 }
        }
        // The scheduler decides how far the consumer falls behind.
        #expect(hasGap || received == 3_000)
        #expect(received <= 3_000)
    }

    @Test(.timeLimit(.minutes(1))) func `cancelling the task ends the iteration and the session`() async throws {
        let listener = try listener(["unused"], "listener-to-cancel")
        let begun = Recorder<Bool>()
        let task = Task {
            for await _ in listener { begun.add(true) }
        }
        try await TestServer.eventually { !begun.all.isEmpty }
        task.cancel()
        await task.value
        try await TestServer.withConnection { observer in
            let query = PostgresQuery(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'listener-to-cancel'"
            )
            try await TestServer.eventually("the session is still there") {
                try await observer.query(query, timeout: .seconds(10)).single(as: Int64.self) == 0
            }
        }
    }
}
