package import Logging
import Metrics
package import PostgresClient
package import Reactor
import UseCases

/// Maintains the sums that reports read: adds new ledger rows to them every two seconds.
///
/// Any number of rollers may run, in any process: a pass is one transaction that locks the single row of `ledger_rollup`,
/// and a roller that finds it locked has nothing to do. A pass that is killed changes nothing. Without a roller reports
/// stay correct, but they read more and more of the ledger (docs/reports.md).
package struct PostgresLedgerRoller: Sendable {
    /// When this roller works.
    package enum Duty: Sendable {
        /// Always.
        case standing
        /// Only while no other roller works: in an API process, in case no sweeper runs.
        case substitute
    }

    /// What one pass did.
    package struct Pass: Hashable, Sendable {
        /// Ledger rows that were added to the sums.
        package let rows: Int64
        /// Whether nothing is left, as far as this pass saw.
        package let isComplete: Bool
        /// Whether rows remain that were written before the sums existed.
        package let hasBacklog: Bool
    }

    private static let interval = Duration.seconds(2)
    /// A substitute rolls when no roller has for this long.
    private static let absence = Duration.seconds(5)
    /// Transactions of one pass: some 50,000 ledger rows under full load, half a second.
    private static let transactionLimit: Int64 = 5_000
    /// Rows of one pass that are older than the sums: some seconds.
    private static let backlogLimit: Int64 = 50_000
    /// Changes of the stored counts of one pass: some tenths of a second.
    private static let countLimit: Int64 = 50_000
    /// A pass over one transaction of a million rows, an import's, takes some 30 seconds.
    private static let timeout = Duration.seconds(120)
    /// How often the roller summarizes new pages in the index by transactions, and logs the progress of the backlog.
    private static let upkeepInterval = Duration.seconds(10)

    private static let begin = PostgresStatement("BEGIN ISOLATION LEVEL REPEATABLE READ")
    private static let roll = PostgresStatement(
        "SELECT is_mine, is_complete, rolled_rows, backlog_is_done FROM roll_ledger($1, $2)")
    /// Sets the time of the pass to its end, so that a long pass does not look like an absent roller. Only a row that this
    /// transaction has changed can have the transaction's time.
    private static let stamp = PostgresStatement(
        "UPDATE ledger_rollup SET rolled_at = clock_timestamp() WHERE rolled_at = now()")
    private static let rollCounts = PostgresStatement("SELECT roll_stock_counts($1)")
    private static let commit = PostgresStatement("COMMIT")
    private static let age = PostgresStatement(
        "SELECT (extract(epoch FROM clock_timestamp() - rolled_at) * 1000)::bigint FROM ledger_rollup")
    private static let beginUpkeep = PostgresStatement("BEGIN")
    /// The upkeep gives up early instead of waiting for a lock: a vacuum does the same work.
    private static let patience = PostgresStatement("SET LOCAL lock_timeout = 100")
    private static let summarize = PostgresStatement(
        "SELECT brin_summarize_new_values('inventory_transactions_newest')")

    private let client: PostgresClient
    private let reactor: Reactor
    private let duty: Duty
    private let logger: Logger
    private let rolled = Counter(label: "inventory_rollup_rows_total")
    private let failures = Counter(label: "inventory_rollup_failures_total")

    /// - Parameter client: leases one connection for a pass.
    package init(client: PostgresClient, reactor: Reactor, duty: Duty, logger: Logger) {
        self.client = client
        self.reactor = reactor
        self.duty = duty
        self.logger = logger
    }

    /// Rolls until the task is cancelled.
    package func run() async {
        var upkeepAt = ContinuousClock.now
        var backlogRows: Int64 = 0
        var hadBacklog = false
        while !Task.isCancelled {
            let started = ContinuousClock.now
            var pause = Self.interval
            do {
                if try await isNeeded(), let pass = try await pass() {
                    // As long as the pass took, so that catching up leaves half of the time to sales.
                    if !pass.isComplete { pause = min(ContinuousClock.now - started, Self.interval) }
                    rolled.increment(by: pass.rows)
                    if pass.hasBacklog || hadBacklog { backlogRows += pass.rows }
                    if hadBacklog, !pass.hasBacklog {
                        logger.notice("the sums for reports are complete", metadata: ["rows": "\(backlogRows)"])
                    }
                    hadBacklog = pass.hasBacklog
                    if started - upkeepAt >= Self.upkeepInterval {
                        upkeepAt = started
                        if hadBacklog {
                            logger.notice("summing up the ledger for reports", metadata: ["rows": "\(backlogRows)"])
                        }
                        try await keepUp()
                    }
                }
            } catch {
                failures.increment()
                logger.debug("the ledger cannot be rolled up", metadata: ["cause": "\(error)"])
            }
            await reactor.sleep(for: pause)
        }
    }

    /// Runs one pass.
    /// - Returns: nil when another roller is in a pass.
    /// - Throws: `PostgresError`, or `CancellationError` before it has begun.
    package func pass() async throws -> Pass? {
        let roll = PostgresQuery(Self.roll) { parameters in
            parameters.append(Self.transactionLimit)
            parameters.append(Self.backlogLimit)
        }
        let rollCounts = PostgresQuery(Self.rollCounts) { $0.append(Self.countLimit) }
        do {
            return try await client.withConnection { connection in
                let results = try await connection.pipeline(
                    [PostgresQuery(Self.begin), roll, PostgresQuery(Self.stamp), PostgresQuery(Self.commit)],
                    timeout: Self.timeout)
                guard results.count == 4, results[3].commandTag == "COMMIT" else {
                    throw PostgresError(.server, "rolled back at commit", sqlState: "25P02", wasSent: true)
                }
                var row = results[1].row(0)
                guard try row.next(as: Bool.self) else { return nil }
                let isComplete: Bool = try row.next()
                let rows: Int64 = try row.next()
                let hasBacklog = try !row.next(as: Bool.self)
                // After the transaction: its snapshot is from its beginning, so another roller that added counts
                // meanwhile would undo the whole pass.
                let counts = try await connection.query(rollCounts, timeout: Self.timeout).row(0).value(
                    0, as: Bool.self)
                return Pass(rows: rows, isComplete: isComplete && counts, hasBacklog: hasBacklog)
            }
        } catch let error as PostgresError where error.sqlState == "40001" {
            // Another roller committed after this one's snapshot.
            return nil
        }
    }

    private func isNeeded() async throws -> Bool {
        guard duty == .substitute else { return true }
        // On the roller's own connection: behind a slow report it would time out, and take the report with it.
        let age: Duration = try await client.withConnection { connection in
            let result = try await connection.query(PostgresQuery(Self.age), timeout: .seconds(5))
            return try .milliseconds(result.row(0).value(0, as: Int64.self))
        }
        return age > Self.absence
    }

    private func keepUp() async throws {
        _ = try await client.withConnection { connection in
            try await connection.pipeline(
                [Self.beginUpkeep, Self.patience, Self.summarize, Self.commit].map { PostgresQuery($0) },
                timeout: Self.timeout)
        }
    }
}
