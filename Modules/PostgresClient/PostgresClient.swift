import Basics
public import Reactor
import Synchronization

/// Numbers for metrics.
public struct PostgresPoolStatistics: Sendable, Hashable {
    /// Connections that are open, shared ones included.
    public var open: Int
    /// Exclusive connections in use.
    public var leased: Int
    /// Callers that wait for a connection.
    public var waiting: Int
    /// Connections made to replace lost ones, since the start.
    public var reconnects: Int

    /// For test doubles.
    public init(open: Int, leased: Int, waiting: Int, reconnects: Int) {
        self.open = open
        self.leased = leased
        self.waiting = waiting
        self.reconnects = reconnects
    }
}

/// The connections of one program to one server: shared ones for reads, and exclusive ones to be leased.
///
/// It connects when it is first asked. After a loss it connects again by itself: at once, then after 50 ms … 2 s. Callers wait
/// through the first second of an outage; after that they are refused with ``PostgresError/Code/cannotConnect`` at once.
public final class PostgresClient: Sendable {
    typealias Waiter = CheckedContinuation<Result<PostgresConnection, any Error>, Never>
    typealias Pool = PostgresPool<PostgresConnection, Waiter>

    /// The longest that ``shutdown()`` waits for leases.
    public static let shutdownPatience = Duration.seconds(5)

    /// What it connects with.
    public let configuration: PostgresConfiguration
    /// The reactor that its connections run on.
    public let reactor: Reactor
    let onEvent: @Sendable (PostgresEvent) -> Void
    let pool: Mutex<Pool>
    private let numbers = SharedCounter()

    /// - Parameters:
    ///   - sharedConnections: Pipelined connections for ``query(_:timeout:file:line:)``, beside the exclusive ones. With 0,
    ///     queries lease one.
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

    /// How things are at this moment.
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

    /// Runs one query by itself, on a shared connection with other callers' queries before and behind it: for reads, never
    /// for transactions or session state.
    ///
    /// It is sent a second time, on another connection, only if the first certainly sent nothing.
    /// - Parameter timeout: For the answer, and as much again at most for a connection when none is open. A query that
    ///   times out closes its shared connection, and its neighbours' queries fail with it: keep slow ones away.
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

    /// Tries to connect, again and again with growing pauses, until it has worked once.
    ///
    /// - Throws: The last failure when `patience` is over or the task is cancelled.
    public func waitUntilReachable(for patience: Duration) async throws(PostgresError) {
        let deadline = ContinuousClock.now + patience
        var backoff = Backoff.postgres
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

    /// Refuses new callers, waits up to ``shutdownPatience`` for leases to come back and for queries on shared connections to
    /// be answered, and closes everything. A client that is not shut down goes on connecting.
    public func shutdown() async {
        perform(pool.withLock { $0.shutDown() })
        let deadline = ContinuousClock.now + Self.shutdownPatience
        while isInUse, ContinuousClock.now < deadline {
            await reactor.sleep(for: .milliseconds(5))
        }
        for case .close(let connection) in pool.withLock({ $0.takeAll() }) { await connection.close() }
    }

    private var isInUse: Bool {
        pool.withLock { pool in pool.leased > 0 || pool.sharedConnections.contains { $0.standing == .busy } }
    }

    func nextNumber() -> Int { numbers.take() }
}
