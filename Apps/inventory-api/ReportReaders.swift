import Logging
import PostgresClient
import PostgresReports
import Reactor
import Telemetry
import UseCases

/// Where reports are read: on a replica where there is one, and on the primary.
struct ReportReaders {
    let reports: any StockReports
    /// Keeps the sums up while no sweeper does.
    private let roller: PostgresLedgerRoller
    private let watch: ReplicaLagMonitor?
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
            watch = nil
            healthChecks = []
            pools = [("reports", client)]
            return
        }
        var configuration = primary
        configuration.conninfo = replica
        let replicaClient = PostgresClient(
            configuration: ReportSession.configuration(configuration), reactor: reactor, sharedConnections: 2,
            maximumConnections: 1, onEvent: { logger.notice("postgresql replica: \($0)") })
        // Their questions have little time, and behind a slow report they would run out of it and take it with them.
        let watching = PostgresClient(
            configuration: primary, reactor: reactor, sharedConnections: 0, maximumConnections: 1)
        let watched = PostgresClient(
            configuration: configuration, reactor: reactor, sharedConnections: 0, maximumConnections: 1)
        let watch = ReplicaLagMonitor(primary: watching, replica: watched, reactor: reactor)
        self.watch = watch
        reports = ReplicaReports(
            replica: PostgresStockReports(client: replicaClient, reactor: reactor), primary: primaryReports,
            isBehind: { watch.isBehind },
            onChange: { failure in
                if let failure {
                    logger.warning("reports come from the primary", metadata: ["cause": "\(failure)"])
                } else {
                    logger.notice("reports come from the replica again")
                }
            })
        healthChecks = [
            HealthCheck("replica", isEssential: false) {
                do throws(PostgresError) {
                    _ = try await watched.query(PostgresQuery(Self.schema), timeout: .seconds(1))
                    return watch.isBehind
                        ? .init(.degraded, note: "more than 2 seconds behind the primary") : .init(.ok)
                } catch {
                    return .init(.down, detail: error.description)
                }
            }
        ]
        pools = [
            ("reports", client), ("replica", replicaClient), ("watch", watching), ("watched_replica", watched),
        ]
    }

    func shutdown() async {
        for pool in pools { await pool.client.shutdown() }
    }

    /// Runs until the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await roller.run() }
            if let watch { group.addTask { await watch.run() } }
        }
    }

    private static let schema = PostgresStatement("SELECT count(*) FROM ledger_rollup")
}
