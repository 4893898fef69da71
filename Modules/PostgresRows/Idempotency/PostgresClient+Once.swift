public import PostgresClient
package import UseCases

/// Runs queries: the pool, or one of its connections.
@usableFromInline
package protocol PostgresQuerying: Sendable {
    /// - Parameter timeout: for the answer; nil for the default.
    func run(_ query: PostgresQuery, timeout: Duration?) async throws(PostgresError) -> PostgresResult
}

extension PostgresQuerying {
    @inlinable
    package func run(_ query: PostgresQuery) async throws(PostgresError) -> PostgresResult {
        try await run(query, timeout: nil)
    }
}

extension PostgresClient: PostgresQuerying {
    @usableFromInline
    package func run(_ query: PostgresQuery, timeout: Duration?) async throws(PostgresError) -> PostgresResult {
        try await self.query(query, timeout: timeout ?? .seconds(5))
    }
}

extension PostgresConnection: PostgresQuerying {
    /// How long one statement of a write may take, including the wait for a locked row.
    fileprivate static let timeout = Duration.seconds(7)

    @usableFromInline
    package func run(_ query: PostgresQuery, timeout: Duration?) async throws(PostgresError) -> PostgresResult {
        try await self.query(query, timeout: timeout ?? Self.timeout)
    }
}

extension PostgresConnection {
    private static let lock = PostgresStatement(
        "SELECT pg_advisory_xact_lock(hashtextextended($1::text, hashtextextended($2::text, 0)))")

    /// Locks this key until the transaction ends; waits while another transaction holds it.
    /// - Throws: `ServiceFailure.replayed` or `.keyReused` for a key that was answered before; `PostgresError`.
    package func lockKey(_ key: RequestKey) async throws {
        _ = try await run(
            PostgresQuery(Self.lock) { parameters in
                parameters.append(key.caller)
                parameters.append(key.key)
            })
        // A separate statement, so that it sees what was committed during the wait for the lock.
        let kept = try KeptRow.all(try await run(KeptRow.find([key])))
        if let row = kept[KeptKey(key)] { throw row.failure(for: key) }
    }
}

extension PostgresClient {
    private static let begin = PostgresQuery(PostgresStatement("BEGIN ISOLATION LEVEL READ COMMITTED"))
    /// A process that freezes in the middle of a transaction must not keep its locks: a sale may wait for them.
    private static let setIdleTimeout = PostgresQuery(
        PostgresStatement("SELECT set_config('idle_in_transaction_session_timeout', '5000', true)"))
    private static let commit = PostgresQuery(PostgresStatement("COMMIT"))

    /// Runs a write. Without a key the write is a single statement; with a key, one transaction also stores the answer.
    ///
    /// Two requests with the same key run one after the other, whichever servers they reach.
    /// - Throws: what `body` throws; `.replayed` or `.keyReused`; `.unavailable` when the outcome is unknown: the same
    ///   request with the same key then reveals it.
    package func once<Value: Sendable>(
        _ once: Once<Value>?, _ body: (any PostgresQuerying) async throws(ServiceFailure) -> Value
    ) async throws(ServiceFailure) -> Value {
        guard let once else { return try await body(self) }
        do {
            return try await withConnection { connection in try await Self.run(once, on: connection, body) }
        } catch let failure as ServiceFailure {
            throw failure
        } catch let error as PostgresError {
            throw ServiceFailure(error)
        } catch {
            // The task was cancelled while it waited for a connection.
            throw .unavailable(cause: "\(error)")
        }
    }

    /// The pool rolls back a transaction that is still open when the connection returns to it.
    private static func run<Value: Sendable>(
        _ once: Once<Value>, on connection: PostgresConnection,
        _ body: (any PostgresQuerying) async throws(ServiceFailure) -> Value
    ) async throws -> Value {
        _ = try await connection.pipeline([begin, setIdleTimeout], timeout: PostgresConnection.timeout)
        try await connection.lockKey(once.key)
        let result: Result<Value, ServiceFailure>
        do throws(ServiceFailure) {
            result = .success(try await body(connection))
        } catch {
            result = .failure(error)
        }
        guard let answer = once.answer(result) else { return try result.get() }
        _ = try await connection.run(KeptRow.insert([(once.key, answer)]))
        let end = try await connection.run(commit)
        guard end.commandTag == "COMMIT" else { throw ServiceFailure.unavailable(cause: "rolled back at COMMIT") }
        return try result.get()
    }
}
