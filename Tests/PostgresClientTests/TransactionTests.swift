import PostgresClient
import Testing

@Suite(.needsServer)
struct TransactionTests {
    private struct Refusal: Error {}

    private func withTable(_ body: (PostgresClient) async throws -> Void) async throws {
        try await TestServer.withClient(shared: 0, maximum: 1) { client in
            // The client has one connection, so every lease sees its temporary table.
            try await client.withConnection {
                try await $0.script(
                    """
                    CREATE TEMP TABLE t (n int8 PRIMARY KEY);
                    CREATE TEMP TABLE child (n int8 REFERENCES t DEFERRABLE INITIALLY DEFERRED)
                    """,
                    timeout: .seconds(10)
                )
            }
            try await body(client)
        }
    }

    private func insert(_ number: Int64, into table: String = "t") -> PostgresQuery {
        PostgresQuery("INSERT INTO \(table) VALUES ($1)") { $0.append(number) }
    }

    private func expectRows(
        _ count: Int64,
        _ client: PostgresClient,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await client.query(PostgresQuery("SELECT count(*) FROM t"))
        #expect(try result.single(as: Int64.self) == count, sourceLocation: sourceLocation)
    }

    @Test func `the body's changes are committed, and its value is returned`() async throws {
        try await withTable { client in
            let value = try await client.withTransaction { connection in
                try await connection.query(insert(1), timeout: .seconds(10)).affectedRows
            }
            #expect(value == 1)
            try await expectRows(1, client)
        }
    }

    @Test func `a body that throws is rolled back, and the error has its error`() async throws {
        try await withTable { client in
            let error = await #expect(throws: PostgresTransactionError.self) {
                try await client.withTransaction { connection in
                    _ = try await connection.query(insert(1), timeout: .seconds(10))
                    throw Refusal()
                }
            }
            #expect(error?.body is Refusal)
            #expect(error?.begin == nil && error?.commit == nil && error?.rollback == nil)
            try await expectRows(0, client)
        }
    }

    @Test func `a refused commit is a commit error`() async throws {
        try await withTable { client in
            let error = await #expect(throws: PostgresTransactionError.self) {
                try await client.withTransaction { connection in
                    _ = try await connection.query(insert(99, into: "child"), timeout: .seconds(10))
                }
            }
            #expect(error?.commit?.sqlState == "23503" && error?.body == nil)
            try await expectRows(0, client)
        }
    }

    @Test func `a body that hides a failure does not count as committed`() async throws {
        try await withTable { client in
            let error = await #expect(throws: PostgresTransactionError.self) {
                try await client.withTransaction { connection in
                    _ = try await connection.query(insert(1), timeout: .seconds(10))
                    _ = try? await connection.query(insert(1), timeout: .seconds(10))
                }
            }
            #expect(error?.commit?.sqlState == "25P02")
            try await expectRows(0, client)
        }
    }

    @Test func `after a loss in the body, the error has the body's and the rollback's errors`() async throws {
        try await TestServer.withClient(shared: 0, maximum: 1) { client in
            let error = await #expect(throws: PostgresTransactionError.self) {
                try await client.withTransaction { connection in
                    try await TestServer.terminate(connection.processID)
                    _ = try await connection.query(PostgresQuery("SELECT 1"), timeout: .seconds(10))
                }
            }
            #expect((error?.body as? PostgresError)?.code == .connectionLost)
            #expect(error?.rollback?.code == .connectionLost)
            try await client.withTransaction { _ in }
        }
    }
}
