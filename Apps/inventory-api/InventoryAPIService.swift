import ArgumentParser
import DashboardRoutes
import HTTPCore
import HTTPTransport
import InventoryRoutes
import Logging
import OpenAPI
import Outbox
import PostgresClient
import PostgresReports
import PostgresRows
import PostgresStores
import Programs
import RateLimits
import RedisClient
import ServiceLifecycle
import Settings
import StockWriting
import Telemetry
import UseCases
import WritePath

/// The API's composition root.
struct InventoryAPIService {
    private let settings: APISettings

    init(_ settings: APISettings) {
        self.settings = settings
    }

    /// Pipelined connections for single reads, shared by all requests: this number for lists, and the same number for
    /// look-ups by key. The lanes have their own.
    private static let sharedConnections = 2

    /// Sixty routes, each with every status that it has.
    private static let labelSetLimit = 1_024

    func run() async throws {
        let certificate = try readCertificate()
        let runtime = try ServerRuntime(program: "inventory-api", labelSetLimit: Self.labelSetLimit)
        let (reactor, registry, logger) = (runtime.reactor, runtime.registry, runtime.logger)
        let configuration = PostgresConfiguration(settings.database, program: "inventory-api")
        let client = PostgresClient(
            configuration: configuration, reactor: reactor, sharedConnections: Self.sharedConnections,
            maximumConnections: settings.database.poolSize, onEvent: { logger.notice("postgresql: \($0)") })
        let shared = try SharedState(
            settings.redis, lease: settings.locks.lease, life: settings.cache.ttl, reactor: reactor,
            onEvent: { logger.notice("\($0)") })
        let callers = try await CallerCheck(
            settings.authentication, limiter: limiter(shared),
            database: StockWriter.keyed(configuration, settings.database), reactor: reactor, logger: logger)
        await shared.start()
        let writer = StockWriter(
            runtime, settings.database, configuration, sharedConnections: Self.sharedConnections, notices: client,
            shared: shared, settings: engineSettings)
        let (lookups, directory, engine) = (writer.lookups, writer.directory, writer.engine)
        let queries = PostgresStockQueries(client: client, lookups: lookups, directory: directory)
        let reports = ReportReaders(
            primary: configuration, replica: settings.replica.url, setsSessions: settings.database.hasOwnSessions,
            reactor: reactor, logger: logger)
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
        let health = HealthMonitor(
            [.postgresql(lookups, table: "inventory")] + shared.healthChecks + reports.healthChecks, logger: logger)
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
        let reloading = certificate.map { Reloading(certificate: $0, logger: logger) }
        try await runtime.run(
            (reloading.map { [.init(service: $0)] } ?? []) + [
                .init(service: UntilShutdown { await tally.run() }),
                .init(service: UntilShutdown { await reports.run() }),
                .init(
                    service: ReadingAhead(directory: directory, logger: logger),
                    successTerminationBehavior: .ignore),
                .init(service: EngineService(engine)),
                .init(service: callers.upkeep),
                .init(
                    service: WhenReachable(client: client, logger: logger, service: server),
                    successTerminationBehavior: .gracefullyShutdownGroup),
            ])
        await shared.shutdown()
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
            throw ExitCode.badSetting(error.file == .key ? "HTTP_TLS_KEY" : "HTTP_TLS_CERT", error)
        }
    }

    private var engineSettings: EngineSettings {
        var engine = EngineSettings(settings.database, settings.locks)
        engine.capacity = settings.writes.queueCapacity
        engine.lanes = settings.writes.lanes
        engine.batchLimit = settings.writes.batchLimit
        return engine
    }

    /// - Returns: nil where callers have no limit.
    private func limiter(_ shared: SharedState) -> (any RateLimiter)? {
        guard let limit = settings.rateLimit else { return nil }
        let rate = RequestRate(perSecond: limit.perSecond, burst: limit.burst)
        guard let redis = shared.redis else { return InProcessRateLimiter(rate) }
        return RedisRateLimiter(client: redis, rate: rate)
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
