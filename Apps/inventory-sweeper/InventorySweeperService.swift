import Logging
import PostgresClient
import PostgresReports
import PostgresRows
import Programs
import RedisClient
import ServiceLifecycle
import Settings
import StockWriting
import Sweeping
import Telemetry
import UseCases
import WritePath

/// The sweeper's composition root.
struct InventorySweeperService {
    private let settings: SweeperSettings
    private let once: Bool

    init(_ settings: SweeperSettings, once: Bool) {
        self.settings = settings
        self.once = once
    }

    func run() async throws {
        let runtime = try ServerRuntime(program: "inventory-sweeper")
        let (reactor, logger) = (runtime.reactor, runtime.logger)
        let configuration = PostgresConfiguration(settings.database, program: "inventory-sweeper")
        let shared = try SharedState(
            settings.redis, lease: settings.locks.sweeperLease, life: settings.cache.ttl, reactor: reactor,
            onEvent: { logger.notice("\($0)") })
        await shared.start()
        let writer = StockWriter(
            runtime, settings.database, configuration, sharedConnections: 1, shared: shared, settings: engineSettings)
        let reports = PostgresClient(
            configuration: settings.database.hasOwnSessions
                ? ReportSession.configuration(configuration) : configuration,
            reactor: reactor, sharedConnections: 0, maximumConnections: 1,
            onEvent: { logger.notice("postgresql: \($0)") })
        let roller = PostgresLedgerRoller(client: reports, reactor: reactor, duty: .standing, logger: logger)
        let sweep = SweepService(
            overdue: PostgresOverdueRecords(lookups: writer.lookups, directory: writer.directory),
            commands: writer.engine, housekeeping: PostgresHousekeeping(client: writer.lookups),
            interval: once ? nil : settings.sweep.interval, logger: logger, rollUp: { await roller.run() })
        // In order of dependence: the sweep stops first, the engine when nothing can reach it any more.
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: EngineService(writer.engine)),
            .init(
                service: WhenReachable(client: writer.lookups, logger: logger, service: sweep),
                successTerminationBehavior: .gracefullyShutdownGroup),
        ]
        if let port = settings.metrics.port {
            let pools = PoolMetrics([("lookups", writer.lookups), ("reports", reports)])
            let redisMetrics = shared.redis.map { RedisMetrics($0, label: "inventory_redis_connected") }
            let status = StatusService(
                runtime, host: settings.metrics.host, port: port,
                checks: [.postgresql(writer.lookups, table: "reservations")] + shared.healthChecks
            ) {
                pools.record()
                redisMetrics?.record()
            }
            services.insert(.init(service: status), at: 0)
        }
        try await runtime.run(services)
        await shared.shutdown()
        await reports.shutdown()
        await writer.lookups.shutdown()
        logger.debug("stopped")
    }

    /// A command is a transaction of its own, so that a sale waits for `SweepBounds.commandWeight` at most. One lane: a
    /// second one sweeps a third faster and takes from the sales of the same machine what it wins. An operator in a hurry
    /// starts a second sweeper.
    private var engineSettings: EngineSettings {
        var engine = EngineSettings(settings.database, settings.locks)
        engine.lanes = 1
        engine.batchLimit = 1
        engine.overdueLimit = SweepLimits.bounds.commandWeight
        engine.waitLimit = min(engine.waitLimit, SweepLimits.recordWait)
        return engine
    }
}
