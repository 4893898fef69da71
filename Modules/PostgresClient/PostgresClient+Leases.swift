/// A failed transaction, with the error of each step.
public struct PostgresTransactionError: Error, Sendable {
    /// BEGIN failed; the body did not run.
    public var begin: PostgresError?
    /// The body threw; the transaction was rolled back unless ``rollback`` is set.
    public var body: (any Error)?
    /// COMMIT failed. Unless the server refused it (``PostgresError/Code/server``), the outcome is unknown.
    public var commit: PostgresError?
    /// ROLLBACK failed; the connection was closed, and the server rolls back.
    public var rollback: PostgresError?
}

extension PostgresTransactionError: CustomStringConvertible {
    public var description: String {
        let parts: [(String, (any Error)?)] = [
            ("begin", begin), ("body", body), ("commit", commit), ("rollback", rollback),
        ]
        let named = parts.compactMap { name, error in error.map { "\(name): \($0)" } }
        return "PostgresTransactionError(\(named.joined(separator: ", ")))"
    }
}

extension PostgresClient {
    static let begin = PostgresQuery(PostgresStatement("BEGIN"))
    static let commit = PostgresQuery(PostgresStatement("COMMIT"))
    static let rollback = PostgresQuery(PostgresStatement("ROLLBACK"))

    /// Leases a connection to `body` exclusively. An idle one costs no round trip.
    ///
    /// A transaction that `body` leaves open is rolled back. `body` must not keep the connection.
    /// - Parameter wait: How long to wait for a connection; callers wait in order.
    /// - Throws: What `body` throws; ``PostgresError/Code/poolExhausted`` after `wait`; `CancellationError` if the task is
    ///   cancelled while it waits; ``PostgresError/Code/cannotConnect`` in an outage.
    public func withConnection<T>(
        wait: Duration = .seconds(5),
        _ body: (PostgresConnection) async throws -> T
    ) async throws -> T {
        let connection = try await acquire(.exclusive, wait: wait)
        do {
            let value = try await body(connection)
            await release(connection)
            return value
        } catch {
            await release(connection)
            throw error
        }
    }

    /// Runs `body` between BEGIN and COMMIT; if it throws, ROLLBACK.
    ///
    /// - Parameters:
    ///   - wait: How long to wait for a connection.
    ///   - timeout: For each of BEGIN, COMMIT and ROLLBACK.
    /// - Throws: The errors of ``withConnection(wait:_:)`` before BEGIN, and ``PostgresTransactionError`` from then on.
    public func withTransaction<T>(
        wait: Duration = .seconds(5),
        timeout: Duration = .seconds(5),
        _ body: (PostgresConnection) async throws -> T
    ) async throws -> T {
        try await withConnection(wait: wait) { connection in
            do throws(PostgresError) {
                _ = try await connection.query(Self.begin, timeout: timeout)
            } catch {
                throw PostgresTransactionError(begin: error)
            }
            let value: T
            do {
                value = try await body(connection)
            } catch {
                throw await Self.rollBack(connection, after: error, timeout: timeout)
            }
            do throws(PostgresError) {
                let result = try await connection.query(Self.commit, timeout: timeout)
                // The server answers COMMIT of a failed transaction with ROLLBACK and without an error.
                guard result.commandTag == "COMMIT" else {
                    throw PostgresError(.server, "rolled back at commit", sqlState: "25P02", wasSent: true)
                }
            } catch {
                throw PostgresTransactionError(commit: error)
            }
            return value
        }
    }

    private static func rollBack(
        _ connection: PostgresConnection,
        after body: any Error,
        timeout: Duration
    ) async -> PostgresTransactionError {
        do throws(PostgresError) {
            _ = try await connection.query(rollback, timeout: timeout)
            return PostgresTransactionError(body: body)
        } catch {
            await connection.close()
            return PostgresTransactionError(body: body, rollback: error)
        }
    }
}
