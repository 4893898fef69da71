public import Reactor
import Synchronization

/// One session on a server, pipelined. Its code runs on the reactor's thread.
///
/// Any number of callers may have requests in flight; they are served first in, first out. A request that was made is
/// never abandoned when its caller's task is cancelled: it ends with an answer, a timeout or the loss of the line.
/// When the connection is lost it stays lost; ``PostgresClient`` replaces it.
public actor PostgresConnection {
    typealias Waiter = CheckedContinuation<Result<[PostgresResult], PostgresError>, Never>
    typealias Machine = StateMachine<Waiter, PostgresResult>

    /// What the session is doing, readable from any thread.
    enum Standing: UInt8, AtomicRepresentable {
        case idle, busy, inTransaction, closed
    }

    /// The reactor whose thread runs this connection.
    public nonisolated let reactor: Reactor
    /// The reactor as an executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }
    /// The server's process, as `pg_backend_pid()` says it.
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
    private nonisolated let atomicStanding = Atomic(Standing.idle)

    /// Takes over a connection that has just been made, in pipeline mode and non-blocking; call ``start(…)`` next.
    init(libpq: LibpqConnection, usesPreparedStatements: Bool, reactor: Reactor) {
        self.libpq = libpq
        self.reactor = reactor
        processID = libpq.processID
        socket = libpq.socket
        usesTLS = libpq.usesTLS
        machine = Machine(usesPreparedStatements: usesPreparedStatements)
    }

    // Nobody waits: whoever waits holds the connection. Not an `isolated deinit`, over which Swift 6.3.1 stumbles
    // ("circular reference") in release builds with `-enable-testing`.
    deinit {
        deadlineTimer?.cancel()
        guard standing != .closed else { return }
        reactor.post { [reactor, socket, libpq] in
            reactor.unwatch(socket)
            libpq.close()
        }
    }

    nonisolated var standing: Standing { atomicStanding.load(ordering: .acquiring) }

    func note(_ standing: Standing) { atomicStanding.store(standing, ordering: .releasing) }

    /// False once it was closed or the line was lost.
    public var isOpen: Bool { !machine.isClosed }

    /// Requests have not been sent yet, because a script comes before them.
    var hasWaitingRequests: Bool { machine.hasWaiting }

    /// Ends the session. Requests in flight fail with ``PostgresError/Code/closed``. Idempotent.
    public func close() {
        end(PostgresError(.closed, "closed by its owner"))
    }

    /// Sends all queries with one Sync at the end and returns their results in order.
    ///
    /// Outside of a transaction, all of them are one. If one fails, the server skips the rest, and its error, with
    /// ``PostgresError/queryIndex``, is thrown when the Sync has come back; the connection stays usable.
    /// - Parameter timeout: From now until the last answer. When it runs out, the connection is closed and the server is
    ///   asked to cancel.
    /// - Throws: ``PostgresError``; its `wasSent` tells whether a retry is safe. Cancellation of the task is ignored.
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
        // Not isolated: the caller goes on where it was, without coming by the reactor's thread first.
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

    /// Runs plain SQL: one command, or several separated by semicolons, which are one transaction unless they say
    /// otherwise. For migrations and sessions, not for traffic.
    ///
    /// It waits for the pipelines before it, and those after it wait for it. Rows it returns are dropped.
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
