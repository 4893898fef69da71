package import PostgresClient
package import Reactor
import Synchronization

/// Detects whether a replica lags more than two seconds behind the primary.
///
/// It compares positions of the write-ahead log and uses no clock of a server: it notes where the primary's log ends and
/// checks whether the replica has replayed the log to there. So a disconnected replica is behind although it has replayed
/// all that it received, and a replica with nothing to replay is not.
package final class ReplicaLagMonitor: Sendable {
    /// A summary may be five seconds old: two seconds of lag, one until the next check, two in the cache.
    private static let limit = Duration.seconds(2)
    private static let interval = Duration.seconds(1)
    private static let timeout = Duration.seconds(2)
    /// More than the checks within `limit`; the oldest mark decides.
    private static let markLimit = 8

    private static let end = PostgresStatement("SELECT (pg_current_wal_flush_lsn() - '0/0')::bigint")
    /// NULL if the server is not a replica.
    private static let replayed = PostgresStatement(
        "SELECT CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_replay_lsn() - '0/0', 0)::bigint END")

    private let primary: PostgresClient
    private let replica: PostgresClient
    private let reactor: Reactor
    private let behind = Atomic(false)
    /// Ends of the primary's log that the replica has not reached, the oldest first.
    private let marks = Mutex<[(end: Int64, seenAt: ContinuousClock.Instant)]>([])

    package init(primary: PostgresClient, replica: PostgresClient, reactor: Reactor) {
        self.primary = primary
        self.replica = replica
        self.reactor = reactor
    }

    /// Whether reports should read the primary instead. False while the primary does not answer: then the replica has the
    /// newest figures available.
    package var isBehind: Bool { behind.load(ordering: .relaxed) }

    /// Checks every second until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            await check()
            await reactor.sleep(for: Self.interval)
        }
    }

    /// Checks once. If the replica does not answer, the result stays: a report that reads the replica notices the outage.
    func check() async {
        let seenAt = ContinuousClock.now
        guard let end = await position(of: primary, Self.end) else {
            return conclude(false)
        }
        do throws(PostgresError) {
            let result = try await replica.query(PostgresQuery(Self.replayed), timeout: Self.timeout)
            var row = result.row(0)
            guard let replayed: Int64 = try row.nextOptional() else { return conclude(false) }
            let oldest = marks.withLock { marks in
                if marks.count < Self.markLimit { marks.append((end, seenAt)) }
                marks.removeAll { $0.end <= replayed }
                return marks.first?.seenAt
            }
            behind.store(oldest.map { ContinuousClock.now - $0 > Self.limit } ?? false, ordering: .relaxed)
        } catch {
            return
        }
    }

    private func conclude(_ isBehind: Bool) {
        marks.withLock { $0.removeAll() }
        behind.store(isBehind, ordering: .relaxed)
    }

    private func position(of client: PostgresClient, _ statement: PostgresStatement) async -> Int64? {
        do throws(PostgresError) {
            return try await client.query(PostgresQuery(statement), timeout: Self.timeout).row(0).value(0)
        } catch {
            return nil
        }
    }
}
