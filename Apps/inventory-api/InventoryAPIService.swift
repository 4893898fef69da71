import ArgumentParser
import DashboardRoutes
import HTTPCore
import HTTPTransport
import InventoryRoutes
import Logging
import Metrics
import OpenAPI
import Outbox
import PostgresClient
import PostgresDirectory
import PostgresReports
import PostgresRows
import PostgresStores
import Reactor
import RedisClient
import ServiceLifecycle
import Settings
import Telemetry
import UnixSignals
import UseCases
import WritePath

/// The API's composition root.
struct InventoryAPIService {
    private let settings: APISettings
    private let logger: Logger

    init(_ settings: APISettings) {
        self.settings = settings
        logger = Logger(label: "inventory-api")
    }

    /// Connections for single reads that all requests share, pipelined: so many for lists, and as many for look-ups by
    /// key. The lanes have their own.
    private static let sharedConnections = 2

    /// Sixty routes, each with every status that it has.
    private static let labelSetLimit = 1_024

    func run() async throws {
        let certificate = try readCertificate()
        let registry = MetricsRegistry(labelSetLimit: Self.labelSetLimit, help: MetricCatalogue.help)
        MetricsSystem.bootstrap(registry)
        let reactor = try Reactor(name: "reactor")
        LoopLag.watch(reactor)
        let logger = logger
        var configuration = PostgresConfiguration(
            conninfo: settings.database.url,
            applicationName: "inventory-api",
            usesPreparedStatements: settings.database.preparesStatements
        )
        configuration.connectTimeout = .seconds(3)
        let client = PostgresClient(
            configuration: configuration,
            reactor: reactor,
            sharedConnections: Self.sharedConnections,
            maximumConnections: settings.database.poolSize,
            onEvent: { logger.notice("postgresql: \($0)") }
        )
        let keyed = hasOwnSessions ? KeySession.configuration(configuration) : configuration
        let lookups = PostgresClient(
            configuration: keyed, reactor: reactor, sharedConnections: Self.sharedConnections, maximumConnections: 1,
            onEvent: { logger.notice("postgresql: \($0)") })
        let shared = try SharedState(settings, reactor: reactor, logger: logger)
        let callers = try await CallerCheck(
            settings.authentication, limiter: shared.limiter, database: keyed, reactor: reactor, logger: logger)
        await shared.redis?.start()
        let directory = PostgresRecordDirectory(client: lookups)
        let queries = PostgresStockQueries(client: client, lookups: lookups, directory: directory)
        let engine = CommandEngine(
            reactor: reactor,
            configuration: hasOwnSessions ? LaneSession.configuration(configuration) : configuration,
            client: lookups,
            notices: client,
            directory: directory,
            leases: shared.leases,
            cache: shared.cache,
            settings: engineSettings,
            logger: logger
        )
        let reports = ReportReaders(
            primary: configuration, replica: settings.replica.url, setsSessions: hasOwnSessions, reactor: reactor,
            logger: logger)
        let stockGauges = StockGauges(
            reports: reports.reports, currency: settings.currency.code, reactor: reactor)
        let pools = PoolMetrics(
            [("requests", client), ("lookups", lookups)] + reports.pools + callers.pools)
        let redisMetrics = shared.redis.map { RedisMetrics($0, label: "inventory_redis_connected") }
        let tally = PostgresAttemptTally(client: client, reactor: reactor, logger: logger)
        let reservations = ReservationService(
            directory: directory, commands: engine, queries: queries, tally: tally)
        let reader = StockReader(directory: directory, queries: queries, cache: shared.cache)
        let catalogue = PostgresCatalogue(client: client)
        let alerts = PostgresAlertStore(client: client, lookups: lookups)
        let latencies = { @Sendable in Self.latencies(registry) }
        let health = HealthMonitor(HealthChecks.all(lookups, shared.redis) + reports.healthChecks, logger: logger)
        let api = InventoryAPI(
            stock: StockService(directory: directory, commands: engine),
            reservations: reservations,
            reader: reader,
            catalogue: catalogue,
            queries: queries,
            imports: PostgresBulkImport(client: client, cache: shared.cache, reactor: reactor),
            alerts: alerts,
            reports: reports.reports,
            currency: settings.currency.code,
            latencies: latencies,
            metrics: {
                await stockGauges.refresh()
                pools.record()
                redisMetrics?.record()
                return registry.prometheusText() + ProcessMetrics.prometheusText()
            },
            health: health,
            reservationSeconds: Int64(settings.reservations.ttlSeconds)
        ).endpoints
        let description = DocumentationEndpoints(beside: api, credentials: callers.authenticator.credentials)
        let dashboard = DashboardSite(
            configuration: DashboardConfiguration(
                queries: PostgresDashboardQueries(client: lookups), sessions: callers.sessions,
                mailboxURL: settings.dashboard.mailboxURL, isSecure: settings.http.tls != nil),
            reservations: reservations, reader: reader, catalogue: catalogue, alerts: alerts, reports: reports.reports,
            currency: settings.currency.code, latencies: latencies)
        let pipeline = RequestPipeline(
            api + description.endpoints + dashboard.endpoints, authenticator: callers.authenticator, logger: logger,
            requestLog: settings.log.requestLog(label: logger.label), isSecure: certificate != nil)
        var listening = HTTPServerConfiguration(host: settings.http.host, port: settings.http.port)
        listening.certificate = certificate
        let server = HTTPServer(
            pipeline, configuration: listening, logger: logger,
            onShutdown: {
                health.drain()
                dashboard.endStreams()
            },
            onRunning: { [host = settings.http.host] port in
                logger.notice("listening", metadata: ["host": "\(host)", "port": "\(port)"])
            })
        // In order of dependence: the server stops first, the engine when nothing can reach it any more.
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: (certificate.map { [.init(service: Reloading(certificate: $0, logger: logger))] } ?? []) + [
                    .init(service: Counting(tally: tally)),
                    .init(service: ReportUpkeep(readers: reports)),
                    .init(
                        service: ReadingAhead(directory: directory, logger: logger),
                        successTerminationBehavior: .ignore),
                    .init(service: EngineService(engine: engine)),
                    .init(service: callers.upkeep),
                    .init(
                        service: WhenReachable(client: client, logger: logger, service: server),
                        successTerminationBehavior: .gracefullyShutdownGroup),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
        await shared.redis?.shutdown()
        await callers.shutdown()
        await reports.shutdown()
        await lookups.shutdown()
        await client.shutdown()
        logger.notice("stopped")
    }

    /// - Returns: nil when plain HTTP is to be served.
    /// - Throws: the exit code, after one line that names the setting and the file.
    private func readCertificate() throws -> TLSCertificate? {
        guard let files = settings.http.tls else { return nil }
        do {
            return try TLSCertificate(certificatePath: files.certificatePath, keyPath: files.keyPath)
        } catch {
            let setting = error.file == .key ? "HTTP_TLS_KEY" : "HTTP_TLS_CERT"
            writeToStandardError("error: \(setting): \(error)")
            throw ExitCode(SettingsError.exitStatus)
        }
    }

    /// Behind PgBouncer in transaction mode a session is somebody else's the next moment: nothing may be set on it.
    private var hasOwnSessions: Bool {
        settings.database.preparesStatements && settings.database.directURL == settings.database.url
    }

    private var engineSettings: EngineSettings {
        var engine = EngineSettings()
        engine.sendsSettingsInTransaction = !hasOwnSessions
        engine.capacity = settings.writes.queueCapacity
        engine.lanes = settings.writes.lanes
        engine.batchLimit = settings.writes.batchLimit
        engine.waitLimit = settings.locks.wait
        engine.onLeaseFailure = settings.locks.onRedisFailure == .refuse ? .refuse : .continueOnRowLocks
        return engine
    }

    private static func latencies(_ registry: MetricsRegistry) -> ServiceLatencies {
        func percentiles(_ timer: String) -> ServiceLatencies.Percentiles {
            let all = registry.distribution(ofTimer: timer)
            return ServiceLatencies.Percentiles(p50: all?.p50, p95: all?.p95, p99: all?.p99)
        }
        return ServiceLatencies(
            lockWait: percentiles("inventory_lock_wait_seconds"), response: percentiles("http_request_duration_seconds")
        )
    }
}
