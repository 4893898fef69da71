import PostgresClient
import PostgresRows
import Reactor
import UseCases

/// Runs one import in one transaction.
struct ImportTransaction {
    /// Why a run of an import failed.
    enum Interruption: Error {
        case failed(ServiceFailure)
        /// A conflict with another writer of the same rows: without effect; a retry may succeed.
        case retry(ServiceFailure)
    }

    /// The most runs of a transaction that conflicts with others.
    private static let attempts = 4
    /// The time limit of one statement of thousands of rows, on a busy disk.
    static let statementLimit = Duration.seconds(60)

    private static let begin = PostgresQuery(PostgresStatement("BEGIN ISOLATION LEVEL READ COMMITTED"))
    /// In milliseconds. A process that freezes must not keep its rows locked. The wait for a row lock is as long as a
    /// sale's (the default of `LOCK_WAIT_MS`).
    private static let settings = PostgresQuery(
        PostgresStatement(
            """
            SELECT set_config('idle_in_transaction_session_timeout', '5000', true),
                set_config('lock_timeout', '5000', true), set_config('jit', 'off', true)
            """))
    /// Imports of one kind run one after the other, so that two of them cannot deadlock.
    private static let turn = PostgresStatement("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 1))")
    private static let savepoint = PostgresQuery(PostgresStatement("SAVEPOINT import"))
    private static let rollbackToSavepoint = PostgresQuery(PostgresStatement("ROLLBACK TO SAVEPOINT import"))

    let client: PostgresClient
    let kind: String
    let options: ImportOptions

    /// - Parameter body: does the import on a connection in a transaction; called again after a conflict.
    func run(
        _ body: (PostgresConnection) async throws -> ImportSummary
    ) async throws(ServiceFailure) -> ImportSummary {
        var attempt = 0
        while true {
            attempt += 1
            do {
                return try await client.withConnection { connection in try await runOnce(connection, body) }
            } catch let interruption as Interruption {
                switch interruption {
                case .failed(let failure): throw failure
                case .retry(let failure): if attempt >= Self.attempts { throw failure }
                }
            } catch {
                throw ServiceFailure(importing: error)
            }
        }
    }

    /// If it throws, the pool rolls back the open transaction when the connection returns.
    private func runOnce(
        _ connection: PostgresConnection, _ body: (PostgresConnection) async throws -> ImportSummary
    ) async throws -> ImportSummary {
        do {
            _ = try await connection.pipeline([Self.begin, Self.settings], timeout: .seconds(5))
            if let key = options.once?.key { try await take(key, on: connection) }
            _ = try await connection.run(PostgresQuery(Self.turn) { $0.append(kind) })
            if options.isDryRun { _ = try await connection.run(Self.savepoint) }
            let summary = try await body(connection)
            if options.isDryRun { _ = try await connection.run(Self.rollbackToSavepoint) }
            if let once = options.once, let answer = once.answer(.success(summary)) {
                _ = try await connection.run(KeptRow.insert([(once.key, answer)]))
            }
            let end = try await connection.run(PostgresQuery(BatchSave.commit), timeout: Self.statementLimit)
            guard end.commandTag == "COMMIT" else { throw ServiceFailure.unavailable(cause: "rolled back at COMMIT") }
            return summary
        } catch let error as PostgresError {
            throw Interruption(error)
        }
    }
}

extension ImportTransaction {
    /// Takes the idempotency key; throws `keyInProgress` if another request keeps it longer than the lock timeout.
    private func take(_ key: RequestKey, on connection: PostgresConnection) async throws {
        do {
            try await connection.lockKey(key)
        } catch let error as PostgresError where error.sqlState == "55P03" {
            throw ServiceFailure.keyInProgress
        }
    }
}

extension ImportTransaction.Interruption {
    /// Classes 40 (conflict, deadlock) and 23 (a row that another transaction created meanwhile) are retried.
    fileprivate init(_ error: PostgresError) {
        switch (error.code, error.sqlStateClass, error.sqlState) {
        case (.server, "40", _), (.server, "23", _): self = .retry(ServiceFailure(error))
        // lock_not_available: the lock timeout has passed.
        case (.server, _, "55P03"): self = .failed(.systemBusy)
        default: self = .failed(ServiceFailure(error))
        }
    }
}

extension ServiceFailure {
    fileprivate init(importing error: any Error) {
        switch error {
        case let failure as ServiceFailure: self = failure
        case let error as PostgresError: self = ServiceFailure(error)
        // A task that was cancelled while it waited for a connection.
        default: self = .unavailable(cause: "\(error)")
        }
    }
}
