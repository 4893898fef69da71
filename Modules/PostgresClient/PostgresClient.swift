public import Reactor
import Synchronization

/// Figures of a connection pool, for metrics.
public struct PostgresPoolStatistics: Sendable, Hashable {
    /// Open connections, including shared ones.
    public var open: Int
    /// Exclusive connections in use.
    public var leased: Int
    /// Callers waiting for a connection.
    public var waiting: Int
    /// Connections that have replaced lost ones, since the start.
    public var reconnects: Int

    /// For test doubles.
    public init(open: Int, leased: Int, waiting: Int, reconnects: Int) {
        self.open = open
        self.leased = leased
        self.waiting = waiting
        self.reconnects = reconnects
    }
}

/// A program's connections to one server: shared ones for reads, and exclusive ones that are leased.
///
/// It connects on first use. After a loss it reconnects: at once, then after pauses of 50 ms … 2 s. Callers wait through
/// the first second of an outage; after that they fail at once with ``PostgresError/Code/cannotConnect``.
public final class PostgresClient: Sendable {
    typealias Waiter = CheckedContinuation<Result<PostgresConnection, any Error>, Never>
    typealias Pool = PostgresPool<PostgresConnection, Waiter>

    /// How long ``shutdown()`` waits for leases at most.
    public static let shutdownLimit = Duration.seconds(5)

    /// The configuration of its connections.
    public let configuration: PostgresConfiguration
    /// The reactor of its connections.
    public let reactor: Reactor
    let onEvent: @Sendable (PostgresEvent) -> Void
    let pool: Mutex<Pool>
    private let numbers = SharedCounter()

    /// - Parameters:
    ///   - sharedConnections: The number of pipelined connections for ``query(_:timeout:file:line:)``, in addition to the
    ///     exclusive ones. With 0, each query leases an exclusive one.
    ///   - maximumConnections: The most exclusive connections at a time.
    ///   - onEvent: For logs and metrics; must not block.
    public init(
        configuration: PostgresConfiguration,
        reactor: Reactor,
        sharedConnections: Int = 1,
        maximumConnections: Int,
        onEvent: @escaping @Sendable (PostgresEvent) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.reactor = reactor
        self.onEvent = onEvent
        pool = Mutex(Pool(maximumExclusive: max(1, maximumConnections), sharedCount: max(0, sharedConnections)))
    }

    /// The current figures.
    public var statistics: PostgresPoolStatistics {
        pool.withLock { pool in
            PostgresPoolStatistics(
                open: pool.openCount,
                leased: pool.leased,
                waiting: pool.waitingCount,
                reconnects: pool.reconnects
            )
        }
    }

    /// Runs one query on a shared connection, pipelined with other callers' queries: for reads, never for transactions or
    /// session state.
    ///
    /// It is retried on another connection only if nothing of it was sent.
    /// - Parameter timeout: For the answer, and once more for a connection if none is open. A query that times out closes
    ///   the shared connection, and other callers' queries on it fail: run slow queries elsewhere.
    /// - Throws: ``PostgresError``. Cancellation only ends the wait for a connection.
    public func query(
        _ query: PostgresQuery,
        timeout: Duration = .seconds(5),
        file: String = #fileID,
        line: Int = #line
    ) async throws(PostgresError) -> PostgresResult {
        do {
            return try await queryOnce(query, timeout: timeout, file: file, line: line)
        } catch  where error.code == .connectionLost && !error.wasSent {
            return try await queryOnce(query, timeout: timeout, file: file, line: line)
        }
    }

    private func queryOnce(
        _ query: PostgresQuery,
        timeout: Duration,
        file: String,
        line: Int
    ) async throws(PostgresError) -> PostgresResult {
        let isShared = pool.withLock { $0.sharedCount > 0 }
        let connection: PostgresConnection
        do {
            connection = try await acquire(isShared ? .shared : .exclusive, wait: timeout)
        } catch let error as PostgresError {
            throw error.at(file: file, line: line)
        } catch {
            throw PostgresError(.closed, "cancelled while waiting for a connection", file: file, line: line)
        }
        guard !isShared else { return try await connection.query(query, timeout: timeout, file: file, line: line) }
        do {
            let result = try await connection.query(query, timeout: timeout, file: file, line: line)
            await release(connection)
            return result
        } catch {
            await release(connection)
            throw error
        }
    }

    /// Tries to connect, with increasing pauses, until it succeeds.
    ///
    /// - Throws: The last failure after `limit`, or when the task is cancelled.
    public func waitUntilReachable(for limit: Duration) async throws(PostgresError) {
        let deadline = ContinuousClock.now + limit
        var backoff = Backoff()
        while true {
            do {
                let connection = try await acquire(.exclusive, wait: max(.zero, deadline - .now))
                await release(connection)
                return
            } catch {
                let failure = error as? PostgresError ?? PostgresError(.closed, "cancelled")
                let pause = backoff.next()
                guard failure.code != .closed, !Task.isCancelled, ContinuousClock.now + pause < deadline else {
                    throw failure
                }
                await reactor.sleep(for: pause)
            }
        }
    }

    /// Refuses new callers, waits up to ``shutdownLimit`` for the end of leases and of queries on shared connections, and
    /// closes all connections. A client that is not shut down keeps connecting.
    public func shutdown() async {
        perform(pool.withLock { $0.shutDown() })
        let deadline = ContinuousClock.now + Self.shutdownLimit
        while isInUse, ContinuousClock.now < deadline {
            await reactor.sleep(for: .milliseconds(5))
        }
        for case .close(let connection) in pool.withLock({ $0.closeAll() }) { await connection.close() }
    }

    private var isInUse: Bool {
        pool.withLock { pool in pool.leased > 0 || pool.sharedConnections.contains { $0.status == .busy } }
    }

    func nextNumber() -> Int { numbers.take() }
}
