import ArgumentParser
import Cache
import Locking
import Logging
import Metrics
import PostgresClient
import PostgresDirectory
import PostgresReports
import PostgresRows
import Reactor
import RedisClient
import ServiceLifecycle
import Settings
import Telemetry
import UnixSignals
import UseCases
import WritePath

/// The sweeper's composition root.
struct InventorySweeperService {
    private let settings: SweeperSettings
    private let once: Bool
    private let logger: Logger

    init(_ settings: SweeperSettings, once: Bool) {
        self.settings = settings
        self.once = once
        logger = Logger(label: "inventory-sweeper")
    }

    func run() async throws {
        let registry = MetricsRegistry(help: MetricCatalogue.help)
        MetricsSystem.bootstrap(registry)
        let reactor = try Reactor(name: "reactor")
        LoopLag.watch(reactor)
        let logger = logger
        var configuration = PostgresConfiguration(
            conninfo: settings.database.url,
            applicationName: "inventory-sweeper",
            usesPreparedStatements: settings.database.preparesStatements
        )
        configuration.connectTimeout = .seconds(3)
        let lookups = PostgresClient(
            configuration: hasOwnSessions ? KeySession.configuration(configuration) : configuration,
            reactor: reactor,
            sharedConnections: 1,
            maximumConnections: 1,
            onEvent: { logger.notice("postgresql: \($0)") }
        )
        let (leases, cache, redis) = try await redisParts(reactor)
        let directory = PostgresRecordDirectory(client: lookups)
        let engine = CommandEngine(
            reactor: reactor,
            configuration: hasOwnSessions ? LaneSession.configuration(configuration) : configuration,
            client: lookups,
            directory: directory,
            leases: leases,
            cache: cache,
            settings: engineSettings,
            logger: logger
        )
        let faults = FaultLog(logger)
        let sweeper = ReservationSweeper(
            overdue: PostgresOverdueRecords(lookups: lookups, directory: directory),
            commands: engine,
            bounds: Self.bounds
        ) { faults.report($0) }
        let reports = PostgresClient(
            configuration: hasOwnSessions ? ReportSession.configuration(configuration) : configuration,
            reactor: reactor, sharedConnections: 0, maximumConnections: 1,
            onEvent: { logger.notice("postgresql: \($0)") })
        let roller = PostgresLedgerRoller(client: reports, reactor: reactor, duty: .standing, logger: logger)
        let sweep = SweepService(
            sweeper: sweeper, housekeeping: PostgresHousekeeping(client: lookups), roller: roller,
            interval: once ? nil : settings.sweep.interval, faults: faults, logger: logger)
        // In order of dependence: the sweep stops first, the engine when nothing can reach it any more.
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: EngineService(engine: engine)),
            .init(
                service: WhenReachable(client: lookups, logger: logger, service: sweep),
                successTerminationBehavior: .gracefullyShutdownGroup),
        ]
        if let port = settings.metrics.port {
            let pools = PoolMetrics([("lookups", lookups), ("reports", reports)])
            let redisMetrics = redis.map { RedisMetrics($0, label: "inventory_redis_connected") }
            let server = StatusServer(
                reactor: reactor, host: settings.metrics.host, port: port,
                monitor: HealthMonitor(healthChecks(lookups, redis), logger: logger), logger: logger,
                onListening: { logger.notice("status page", metadata: ["port": "\($0)"]) },
                metrics: {
                    pools.record()
                    redisMetrics?.record()
                    return registry.prometheusText() + ProcessMetrics.prometheusText()
                })
            services.insert(.init(service: StatusPage(server: server)), at: 0)
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        await redis?.shutdown()
        await reports.shutdown()
        await lookups.shutdown()
        logger.debug("stopped")
    }

    private func healthChecks(_ client: PostgresClient, _ redis: RedisClient?) -> [HealthCheck] {
        var checks = [
            HealthCheck("postgresql", isEssential: true) {
                do {
                    // On a connection of its own: behind a purge the question would time out, and take the purge with it.
                    _ = try await client.withConnection { connection in
                        try await connection.query(PostgresQuery(Self.probe), timeout: .seconds(1))
                    }
                    return .init(.ok)
                } catch {
                    return .init(.down, detail: "\(error)")
                }
            }
        ]
        if let redis {
            checks.append(
                HealthCheck("redis", isEssential: false) {
                    do {
                        try await redis.ping(timeout: .seconds(1))
                        return .init(.ok)
                    } catch {
                        return .init(.down, detail: "\(error)")
                    }
                })
        }
        return checks
    }

    /// Reads a table, so that a database without the schema is not usable.
    private static let probe = PostgresStatement("SELECT count(*) FROM (SELECT FROM reservations LIMIT 1) one")

    private static let bounds = SweepBounds()

    /// How long a command waits for a record that somebody else holds: a sale holds one for some milliseconds. What is
    /// held longer is the next pass's, and must not keep the records of the same command back by more than a part of
    /// the second within which overdue reservations are released.
    private static let patience = Duration.milliseconds(500)

    /// A command is a transaction of its own, so that nobody waits for more than `SweepBounds.commandWeight`. One lane: a
    /// second one sweeps a third faster and takes from the sales of the same machine what it wins; who is in a hurry
    /// starts a second sweeper.
    private var engineSettings: EngineSettings {
        var engine = EngineSettings()
        engine.sendsSettingsInTransaction = !hasOwnSessions
        engine.lanes = 1
        engine.batchLimit = 1
        engine.overdueLimit = Self.bounds.commandWeight
        engine.waitLimit = min(settings.locks.wait, Self.patience)
        engine.onLeaseFailure = settings.locks.onRedisFailure == .refuse ? .refuse : .continueOnRowLocks
        return engine
    }

    /// Behind PgBouncer in transaction mode a session is somebody else's the next moment: nothing may be set on it.
    private var hasOwnSessions: Bool {
        settings.database.preparesStatements && settings.database.directURL == settings.database.url
    }

    private func redisParts(
        _ reactor: Reactor
    ) async throws -> (leases: any LeaseStore, cache: any StockCache, redis: RedisClient?) {
        guard let url = settings.redis?.url else { return (InProcessLeaseStore(), NoStockCache(), nil) }
        let configuration: RedisConfiguration
        do {
            configuration = try RedisConfiguration(url: url)
        } catch {
            writeToStandardError("error: REDIS_URL: \(error)")
            throw ExitCode(SettingsError.exitStatus)
        }
        let logger = logger
        let redis = RedisClient(
            configuration: configuration,
            reactor: reactor,
            connector: BlockingThread(name: "redis connect"),
            onEvent: { logger.notice("redis: \($0)") }
        )
        let leases = RedisLeaseStore(client: redis, lease: settings.locks.sweeperLease)
        let cache = RedisStockCache(client: redis, life: settings.cache.ttl)
        await redis.start()
        return (leases, cache, redis)
    }
}

/// The engine as a service: it ends after the sweep, when the group cancels or shuts it down.
private struct EngineService: Service {
    let engine: CommandEngine

    func run() async throws {
        await withGracefulShutdownHandler {
            await engine.run()
        } onGracefulShutdown: {
            Task { await engine.stop() }
        }
    }
}

/// Begins only when the database answers: gives up with a status of its own, and ends quietly when told to stop before.
private struct WhenReachable: Service {
    /// How long the database may take to appear at the start (operations.md, *Programs*).
    private static let patience = Duration.seconds(30)
    /// EX_UNAVAILABLE of sysexits.h.
    private static let unavailableStatus: Int32 = 69

    let client: PostgresClient
    let logger: Logger
    let service: any Service

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await client.waitUntilReachable(for: Self.patience) }
        } catch let error as PostgresError {
            if Task.isShuttingDownGracefully || Task.isCancelled { return }
            logger.critical("the database cannot be reached", metadata: ["cause": "\(error.operatorDescription)"])
            throw ExitCode(Self.unavailableStatus)
        }
        guard !Task.isShuttingDownGracefully else { return }
        try await service.run()
    }
}
