import Domain
import Glibc
package import Logging
package import PostgresClient
import PostgresRows
package import Reactor
import Synchronization
import UseCases

/// Counts reserve attempts in memory and writes each minute's figures to this process's own rows, every two seconds.
///
/// A row holds the figures of a whole minute, so writing it twice changes nothing. A crash loses two seconds' attempts.
package final class PostgresAttemptTally: AttemptTally {
    private static let interval = Duration.seconds(2)
    /// The most minutes kept while the database is away: one hour. Older minutes are dropped.
    private static let minuteLimit = 60
    private static let write = PostgresStatement(
        """
        INSERT INTO reservation_attempts (minute, process, attempts, succeeded)
        SELECT minute, $2, attempts, succeeded
        FROM unnest($1::timestamptz[], $3::bigint[], $4::bigint[]) AS n(minute, attempts, succeeded)
        ON CONFLICT (minute, process) DO UPDATE
        SET attempts = greatest(reservation_attempts.attempts, excluded.attempts),
            succeeded = greatest(reservation_attempts.succeeded, excluded.succeeded)
        """)

    private struct Minute {
        var attempts: Int64 = 0
        var succeeded: Int64 = 0
        var isWritten = false

        mutating func count(_ success: Bool) {
            attempts += 1
            if success { succeeded += 1 }
            isWritten = false
        }
    }

    private let minutes = Mutex<[Int64: Minute]>([:])
    private let process: Identifier<ServerProcess> = newIdentifier(of: ServerProcess.self)
    private let client: PostgresClient
    private let reactor: Reactor
    private let logger: Logger

    package init(client: PostgresClient, reactor: Reactor, logger: Logger) {
        self.client = client
        self.reactor = reactor
        self.logger = logger
    }

    package func count(succeeded: Bool) {
        minutes.withLock { minutes in
            minutes[Self.currentMinute, default: Minute()].count(succeeded)
        }
    }

    /// Writes every two seconds until the task is cancelled, and then once more.
    package func run() async {
        while !Task.isCancelled {
            await reactor.sleep(for: Self.interval)
            await write()
        }
    }

    /// Writes the figures that have changed. Figures that could not be written are written next time.
    func write() async {
        let open = minutes.withLock { minutes in minutes.filter { !$0.value.isWritten } }.sorted { $0.key < $1.key }
        guard !open.isEmpty else { return }
        let query = PostgresQuery(Self.write) { parameters in
            parameters.appendArray(open.map { Instant(milliseconds: $0.key * Self.minute) })
            parameters.append(process)
            parameters.appendArray(open.map(\.value.attempts))
            parameters.appendArray(open.map(\.value.succeeded))
        }
        do throws(PostgresError) {
            _ = try await client.query(query, timeout: .seconds(5))
            noteWritten(open)
        } catch {
            logger.debug("cannot write the reservation attempts", metadata: ["cause": "\(error.operatorDescription)"])
        }
    }

    private func noteWritten(_ written: [(key: Int64, value: Minute)]) {
        let current = Self.currentMinute
        minutes.withLock { minutes in
            for (minute, figures) in written where minutes[minute]?.attempts == figures.attempts {
                // Keep the last minutes: if the clock is set back a little, they must not be counted again.
                if minute < current - 2 { minutes[minute] = nil } else { minutes[minute]?.isWritten = true }
            }
            let excess = minutes.count - Self.minuteLimit
            if excess > 0 { for minute in minutes.keys.sorted().prefix(excess) { minutes[minute] = nil } }
        }
    }

    private static let minute: Int64 = 60_000

    private static var currentMinute: Int64 {
        var clock = timespec()
        clock_gettime(CLOCK_REALTIME, &clock)
        return Int64(clock.tv_sec) / 60
    }
}

/// The entity of the id under which a process writes its rows.
private enum ServerProcess {}
