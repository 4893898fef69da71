import HTTP
import Logging
import Persistence
import PostgresClient
import Reactor
import Telemetry
import UseCases

/// Where reports are read: on a replica where there is one, and on the primary.
struct ReportReaders {
    let reports: any StockReports
    /// Keeps the sums up while no sweeper does.
    let roller: PostgresLedgerRoller
    /// Of the replica: without it reports come from the primary, and the program is degraded.
    let healthChecks: [HealthCheck]
    /// Its connections, for metrics.
    let pools: [(name: String, client: PostgresClient)]

    /// - Parameters:
    ///   - primary: how to connect to it.
    ///   - replica: the replica's URL or conninfo.
    ///   - setsSessions: whether settings of a session stay with it; not behind PgBouncer in transaction mode.
    init(
        primary: PostgresConfiguration, replica: String?, setsSessions: Bool, reactor: Reactor, logger: Logger
    ) {
        // Of their own: a report that times out closes its connection, and no sale should be on that one. Two at a time;
        // the leased one is the roller's.
        let client = PostgresClient(
            configuration: setsSessions ? ReportSession.configuration(primary) : primary, reactor: reactor,
            sharedConnections: 2, maximumConnections: 1, onEvent: { logger.notice("postgresql: \($0)") })
        roller = PostgresLedgerRoller(client: client, reactor: reactor, duty: .substitute, logger: logger)
        let primaryReports = PostgresStockReports(client: client, reactor: reactor)
        guard let replica else {
            reports = primaryReports
            healthChecks = []
            pools = [("reports", client)]
            return
        }
        var configuration = primary
        configuration.conninfo = replica
        let replicaClient = PostgresClient(
            configuration: ReportSession.configuration(configuration), reactor: reactor, sharedConnections: 2,
            maximumConnections: 1, onEvent: { logger.notice("postgresql replica: \($0)") })
        reports = ReplicaReports(
            replica: PostgresStockReports(client: replicaClient, reactor: reactor), primary: primaryReports
        ) { failure in
            if let failure {
                logger.warning("reports come from the primary", metadata: ["cause": "\(failure)"])
            } else {
                logger.notice("reports come from the replica again")
            }
        }
        healthChecks = [
            HealthCheck("replica", isEssential: false) {
                do throws(PostgresError) {
                    let result = try await replicaClient.query(PostgresQuery(Self.lag), timeout: .seconds(1))
                    let isBehind: Bool = try result.row(0).value(0)
                    return isBehind ? .init(.degraded, note: "more than 5 seconds behind the primary") : .init(.ok)
                } catch {
                    return .init(.down, detail: error.description)
                }
            }
        ]
        pools = [("reports", client), ("replica", replicaClient)]
    }

    func shutdown() async {
        for pool in pools { await pool.client.shutdown() }
    }

    private static let lag = PostgresStatement(
        """
        SELECT coalesce(pg_is_in_recovery() AND pg_last_wal_receive_lsn() IS DISTINCT FROM pg_last_wal_replay_lsn()
            AND clock_timestamp() - pg_last_xact_replay_timestamp() > interval '5 seconds', false)
        FROM (SELECT count(*) FROM (SELECT FROM ledger_rollup) one) schema
        """)
}
