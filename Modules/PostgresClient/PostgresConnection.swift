public import Reactor
import Synchronization

/// A pipelined session on a server. Its code runs on the reactor's thread.
///
/// Any number of callers may have requests in flight; they are served in order. Cancelling a caller's task does not abandon
/// its request: it ends with an answer, a timeout or the loss of the connection. A lost connection does not reconnect;
/// ``PostgresClient`` replaces it.
public actor PostgresConnection {
    typealias Waiter = CheckedContinuation<Result<[PostgresResult], PostgresError>, Never>
    typealias Machine = StateMachine<Waiter, PostgresResult>

    /// The state of the session, readable from any thread.
    enum Status: UInt8, AtomicRepresentable {
        case idle, busy, inTransaction, closed
    }

    /// The reactor whose thread runs this connection.
    public nonisolated let reactor: Reactor
    /// The reactor as an executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }
    /// The server's process, as in `pg_backend_pid()`.
    public nonisolated let processID: Int32

    let libpq: LibpqConnection
    let socket: CInt
    let usesTLS: Bool
    var machine: Machine
    var isFlushing = false
    var deadlineTimer: Reactor.Timer?
    var deadlineOfTimer: ContinuousClock.Instant?
    var onNotification: (@Sendable (PostgresNotification) -> Void)?
    var onClose: (@Sendable (PostgresError) -> Void)?
    private nonisolated let atomicStatus = Atomic(Status.idle)

    /// Takes over a new connection that is non-blocking and in pipeline mode. Call ``start(…)`` next.
    init(libpq: LibpqConnection, usesPreparedStatements: Bool, reactor: Reactor) {
        self.libpq = libpq
        self.reactor = reactor
        processID = libpq.processID
        socket = libpq.socket
        usesTLS = libpq.usesTLS
        machine = Machine(usesPreparedStatements: usesPreparedStatements)
    }

    // No caller waits, because a waiting caller holds a reference. It is not an `isolated deinit`, because Swift 6.3.1 fails
    // to compile that ("circular reference") in release builds with `-enable-testing`.
    deinit {
        deadlineTimer?.cancel()
        guard status != .closed else { return }
        reactor.post { [reactor, socket, libpq] in
            reactor.unwatch(socket)
            libpq.close()
        }
    }

    nonisolated var status: Status { atomicStatus.load(ordering: .acquiring) }

    func setStatus(_ status: Status) { atomicStatus.store(status, ordering: .releasing) }

    /// False after the connection was closed or lost.
    public var isOpen: Bool { !machine.isClosed }

    /// Whether requests wait for an earlier script and have not been sent.
    var hasWaitingRequests: Bool { machine.hasWaiting }

    /// Ends the session. Requests in flight fail with ``PostgresError/Code/closed``. Idempotent.
    public func close() {
        end(PostgresError(.closed, "closed by its owner"))
    }

    /// Sends all queries, followed by one Sync, and returns their results in order.
    ///
    /// Outside of a transaction, the queries are one transaction. If one fails, the server skips the rest; this throws its
    /// error, with ``PostgresError/queryIndex``, after the Sync has been answered. The connection stays usable.
    /// - Parameter timeout: From now until the last answer. After it, the connection is closed and the statement cancelled.
    /// - Throws: ``PostgresError``; if its `wasSent` is false, a retry is safe. Cancellation of the task is ignored.
    public nonisolated func pipeline(
        _ queries: [PostgresQuery],
        timeout: Duration,
        file: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) -> [PostgresResult] {
        guard !queries.isEmpty else { return [] }
        guard queries.allSatisfy({ $0.parameters.count <= PostgresParameters.maximumCount }) else {
            throw PostgresError(.protocolViolation, "more than 65,535 parameters", file: file, line: line)
        }
        let deadline = ContinuousClock.now + timeout
        // Not isolated, so that the caller resumes on its own executor without a switch to the reactor's thread.
        let result = await withCheckedContinuation { waiter in
            reactor.perform { [self] in
                assumeIsolated { $0.begin(.pipeline(.init(queries: queries, waiter: waiter, deadline: deadline))) }
            }
        }
        switch result {
        case .success(let results): return results
        case .failure(let error): throw error.at(file: file, line: line)
        }
    }

    /// ``pipeline(_:timeout:file:line:)`` for one query.
    public nonisolated func query(
        _ query: PostgresQuery,
        timeout: Duration,
        file: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) -> PostgresResult {
        let results = try await pipeline([query], timeout: timeout, file: file, line: line)
        guard let result = results.first else {
            throw PostgresError(.protocolViolation, "no result", wasSent: true, file: file, line: line)
        }
        return result
    }

    /// Runs plain SQL: one command, or several separated by semicolons, which are one transaction unless the SQL contains
    /// transaction commands. For migrations and session commands, not for requests.
    ///
    /// It waits for earlier pipelines, and later ones wait for it. Rows are discarded.
    /// - Throws: the first ``PostgresError``.
    public func script(
        _ sql: String,
        timeout: Duration,
        file: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) {
        let deadline = ContinuousClock.now + timeout
        let result = await withCheckedContinuation { waiter in
            begin(.script(.init(sql: sql, waiter: waiter, deadline: deadline)))
        }
        if case .failure(let error) = result { throw error.at(file: file, line: line) }
    }
}
