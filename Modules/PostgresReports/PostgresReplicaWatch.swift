package import PostgresClient
package import Reactor
import Synchronization

/// Sees whether a replica has what the primary had two seconds ago.
///
/// It goes by the log and not by clocks: where the primary's log ended at a moment of this process, and whether the
/// replica has replayed it to there. So a replica whose line to the primary is cut is behind, too, though it has
/// replayed all that it received; and one that has nothing to replay is not.
package final class PostgresReplicaWatch: Sendable {
    /// Of the five seconds that a summary may be old: two here, one until the next look, two that it is remembered.
    private static let limit = Duration.seconds(2)
    private static let interval = Duration.seconds(1)
    private static let timeout = Duration.seconds(2)
    /// More than there are looks within the limit; the oldest decides.
    private static let markLimit = 8

    private static let end = PostgresStatement("SELECT (pg_current_wal_flush_lsn() - '0/0')::bigint")
    /// Null where it is no replica.
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

    /// Whether the primary should be asked instead. Never while the primary does not answer: then the replica has the
    /// newest figures that can be had.
    package var isBehind: Bool { behind.load(ordering: .relaxed) }

    /// Looks every second until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            await look()
            await reactor.sleep(for: Self.interval)
        }
    }

    /// One look. A replica that does not answer is left as it is: whoever asks it finds that out.
    func look() async {
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
