import PostgresClient
import Testing

@Suite(.needsServer)
struct PipelineTests {
    static let echo = PostgresStatement("SELECT $1")

    private func echo(_ number: Int) -> PostgresQuery { PostgresQuery(Self.echo) { $0.append(Int64(number)) } }

    @Test(arguments: [true, false])
    func `each of a thousand concurrent callers on one connection gets its own answer`(prepares: Bool) async throws {
        try await TestServer.withConnection(usesPreparedStatements: prepares) { connection in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for caller in 0..<1000 {
                    group.addTask {
                        for round in 0..<5 {
                            let numbers = (0..<1 + caller % 3).map { caller * 100 + round * 10 + $0 }
                            let results = try await connection.pipeline(
                                numbers.map { echo($0) },
                                timeout: .seconds(30)
                            )
                            #expect(try results.map { try $0.single(as: Int.self) } == numbers)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `a failing query undoes its own pipeline only`() async throws {
        try await TestServer.withConnection { connection in
            try await connection.script("CREATE TEMP TABLE t (n int8 PRIMARY KEY)", timeout: .seconds(10))
            let insert = PostgresStatement("INSERT INTO t VALUES ($1)")
            func row(_ number: Int64) -> PostgresQuery { PostgresQuery(insert) { $0.append(number) } }
            _ = try await connection.query(row(4), timeout: .seconds(10))
            async let failing = failure {
                _ = try await connection.pipeline([row(9), row(4), row(10)], timeout: .seconds(10))
            }
            async let other = connection.pipeline([row(5), row(6)], timeout: .seconds(10))
            #expect(try await other.count == 2)
            let error = await failing
            #expect(error?.queryIndex == 1 && error?.code == .server && error?.sqlState == "23505")
            let remaining = try await connection.query(
                PostgresQuery("SELECT array_agg(n ORDER BY n) FROM t"),
                timeout: .seconds(10)
            )
            #expect(try remaining.single(as: [Int64].self) == [4, 5, 6])
        }
    }

    @Test func `a transaction stays failed until it is rolled back`() async throws {
        try await TestServer.withConnection { connection in
            _ = try await connection.query(PostgresQuery("BEGIN"), timeout: .seconds(10))
            let first = await failure {
                _ = try await connection.query(PostgresQuery("SELECT 1/0"), timeout: .seconds(10))
            }
            #expect(first?.sqlState == "22012")
            let second = await failure {
                _ = try await connection.query(PostgresQuery("SELECT 1"), timeout: .seconds(10))
            }
            #expect(second?.sqlState == "25P02")
            let end = try await connection.query(PostgresQuery("COMMIT"), timeout: .seconds(10))
            #expect(end.commandTag == "ROLLBACK")
            _ = try await connection.query(PostgresQuery("SELECT 1"), timeout: .seconds(10))
        }
    }

    @Test func `an error has the constraint, table and state, and its description omits them`() async throws {
        try await TestServer.withConnection { connection in
            try await connection.script(
                "CREATE TEMP TABLE stock (n int8 NOT NULL, CONSTRAINT never_negative CHECK (n >= 0))",
                timeout: .seconds(10)
            )
            let check = await failure {
                _ = try await connection.query(
                    PostgresQuery("INSERT INTO stock VALUES (-1)"),
                    timeout: .seconds(10),
                    file: "here",
                    line: 7
                )
            }
            let error = try #require(check)
            #expect(error.sqlState == "23514" && error.sqlStateClass == "23" && !error.isRetryableClass)
            #expect(error.constraint == "never_negative" && error.table == "stock" && error.queryIndex == 0)
            #expect(error.wasSent && error.file == "here" && error.line == 7)
            #expect("\(error)" == "PostgresError(server 23514)")
            #expect(error.operatorDescription.contains("never_negative"))
            let null = await failure {
                _ = try await connection.query(PostgresQuery("INSERT INTO stock VALUES (NULL)"), timeout: .seconds(10))
            }
            #expect(null?.column == "n" && null?.sqlState == "23502")
        }
    }

    @Test func `scripts run several commands, between pipelines`() async throws {
        try await TestServer.withConnection { connection in
            try await connection.script(
                "CREATE TEMP TABLE t (n int8); INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)",
                timeout: .seconds(10)
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        if number % 5 == 0 {
                            try await connection.script("SELECT 1; INSERT INTO t VALUES (3)", timeout: .seconds(10))
                        } else {
                            let result = try await connection.query(echo(number), timeout: .seconds(10))
                            #expect(try result.single(as: Int.self) == number)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let sum = try await connection.query(PostgresQuery("SELECT sum(n)::int8 FROM t"), timeout: .seconds(10))
            #expect(try sum.single(as: Int64.self) == 33)
            let error = await failure { try await connection.script("SELECT 1; SELEKT", timeout: .seconds(10)) }
            #expect(error?.sqlState == "42601")
            _ = try await connection.query(echo(1), timeout: .seconds(10))
        }
    }

    @Test func `a hundred thousand rows and ten megabytes work in both directions`() async throws {
        try await TestServer.withConnection { connection in
            let many = try await connection.query(
                PostgresQuery("SELECT n::int8, repeat('x', 50) FROM generate_series(1, 100000) AS n"),
                timeout: .seconds(60)
            )
            #expect(many.rowCount == 100_000 && many.affectedRows == 100_000)
            #expect(try many.row(99_999).value(0, as: Int64.self) == 100_000)

            let big = [UInt8](repeating: 7, count: 10_000_000)
            // More than the buffers of both sides, in both directions at once: a client that only wrote would block forever.
            let queries = (0..<3).map { _ in PostgresQuery("SELECT $1::bytea") { $0.append(big) } }
            let results = try await connection.pipeline(queries, timeout: .seconds(60))
            for result in results { #expect(try result.single(as: [UInt8].self) == big) }
        }
    }

    @Test func `a schema change fails a prepared statement once`() async throws {
        try await TestServer.withConnection { connection in
            try await connection.script("CREATE TEMP TABLE t AS SELECT 1::int8 AS a", timeout: .seconds(10))
            let all = PostgresQuery("SELECT * FROM t")
            #expect(try await connection.query(all, timeout: .seconds(10)).columnCount == 1)
            try await connection.script("ALTER TABLE t ADD b text", timeout: .seconds(10))
            let error = await failure { _ = try await connection.query(all, timeout: .seconds(10)) }
            #expect(error?.sqlState == "0A000")
            #expect(try await connection.query(all, timeout: .seconds(10)).columnCount == 2)
        }
    }

    @Test func `settings hold for the session, and a wrong one fails the connect`() async throws {
        try await TestServer.withConnection(settings: [("statement_timeout", "1234ms"), ("jit", "off")]) { connection in
            let result = try await connection.query(PostgresQuery("SHOW statement_timeout"), timeout: .seconds(10))
            #expect(try result.single(as: String.self) == "1234ms")
        }
        let error = await failure {
            try await TestServer.withConnection(settings: [("no_such_setting", "1")]) { _ in }
        }
        #expect(error?.sqlState == "42704")
    }

    @Test func `notices are reported`() async throws {
        let notices = Recorder<String>()
        let onEvent: @Sendable (PostgresEvent) -> Void = {
            if case .notice(let notice) = $0 { notices.add(notice.message) }
        }
        try await TestServer.withConnection(onEvent: onEvent) { connection in
            try await connection.script("DO $$ BEGIN RAISE WARNING 'careful'; END $$", timeout: .seconds(10))
        }
        #expect(notices.all == ["careful"])
    }

    @Test func `too many parameters are refused before they are sent`() async throws {
        try await TestServer.withConnection { connection in
            let error = await failure {
                let query = PostgresQuery("SELECT 1") { for _ in 0...65_535 { $0.append(1) } }
                _ = try await connection.query(query, timeout: .seconds(10))
            }
            #expect(error?.code == .protocolViolation && error?.wasSent == false)
            #expect(await connection.isOpen)
        }
    }
}
