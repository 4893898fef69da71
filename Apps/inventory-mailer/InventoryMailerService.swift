import Alerts
import ArgumentParser
import Logging
import Metrics
import Outbox
import PostgresClient
import PostgresRows
import Reactor
import ServiceLifecycle
import Settings
import Telemetry
import UnixSignals
import UseCases

/// The mailer's composition root.
struct InventoryMailerService {
    private let settings: MailerSettings
    private let once: Bool
    private let logger: Logger

    init(_ settings: MailerSettings, once: Bool) {
        self.settings = settings
        self.once = once
        logger = Logger(label: "inventory-mailer")
    }

    func run() async throws {
        let transport = try SMTPTransport(smtpConfiguration())
        let registry = MetricsRegistry(help: MetricCatalogue.help)
        MetricsSystem.bootstrap(registry)
        let reactor = try Reactor(name: "reactor")
        LoopLag.watch(reactor)
        let client = client(on: reactor)
        let mailer = mailer(PostgresMailOutbox(client: client), transport, reactor)
        let monitor = HealthMonitor(healthChecks(client, mailer), logger: logger)
        let outcome = MailingOutcome()
        let sending: any Service =
            once
            ? MailingOnce(mailer: mailer, outcome: outcome, logger: logger)
            : Mailing(mailer: mailer, notices: notices(on: reactor))
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
        if let port = settings.metrics.port {
            let pools = PoolMetrics([("mailer", client)])
            let server = StatusServer(
                reactor: reactor, host: settings.metrics.host, port: port, monitor: monitor, logger: logger,
                onListening: { [logger] in logger.notice("status page", metadata: ["port": "\($0)"]) },
                metrics: {
                    pools.record()
                    return registry.prometheusText() + ProcessMetrics.prometheusText()
                })
            services.append(.init(service: StatusPage(server: server)))
        }
        services.append(
            .init(
                service: WhenReachable(client: client, logger: logger, service: sending),
                successTerminationBehavior: .gracefullyShutdownGroup))
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        await transport.shutdown()
        await client.shutdown()
        logger.notice("stopped")
        if let status = outcome.exitStatus { throw ExitCode(status) }
    }

    // MARK: Parts

    private func smtpConfiguration() throws -> SMTPConfiguration {
        do {
            return try SMTPConfiguration(
                url: settings.mail.url,
                credentials: settings.mail.credentials.map { .init(username: $0.username, password: $0.password) },
                authorityFile: settings.mail.authorityFile)
        } catch {
            writeToStandardError("error: SMTP_URL: \(error)")
            throw ExitCode(SettingsError.exitStatus)
        }
    }

    private func client(on reactor: Reactor) -> PostgresClient {
        var configuration = PostgresConfiguration(
            conninfo: settings.database.url, applicationName: "inventory-mailer",
            usesPreparedStatements: settings.database.preparesStatements)
        configuration.connectTimeout = .seconds(3)
        return PostgresClient(
            configuration: configuration, reactor: reactor, sharedConnections: 1, maximumConnections: 3,
            onEvent: { [logger] in logger.notice("postgresql: \($0)") })
    }

    /// On the server itself: PgBouncer hears no notifications.
    private func notices(on reactor: Reactor) -> PostgresListener {
        var configuration = PostgresConfiguration(
            conninfo: settings.database.directURL, applicationName: "inventory-mailer listener")
        configuration.connectTimeout = .seconds(3)
        return PostgresListener(
            configuration: configuration, channels: [alertChannel], reactor: reactor,
            onEvent: { [logger] in logger.debug("listener: \($0)") })
    }

    private func mailer(
        _ outbox: PostgresMailOutbox, _ transport: SMTPTransport, _ reactor: Reactor
    ) -> DigestMailer {
        var mailing = DigestMailer.Settings()
        mailing.interval = settings.alerts.interval
        mailing.lease = settings.alerts.lease
        let rules = DigestRules(
            recipients: settings.alerts.recipients, window: settings.alerts.digest, domain: settings.mail.domain)
        let renderer = DigestRenderer(from: settings.mail.from, currency: settings.currency.code)
        return DigestMailer(
            outbox: outbox, transport: transport, rules: rules, settings: mailing, reactor: reactor, logger: logger
        ) { renderer.render($0) }
    }

    private func healthChecks(_ client: PostgresClient, _ mailer: DigestMailer) -> [HealthCheck] {
        [
            HealthCheck("postgresql", isEssential: true) {
                do {
                    // Not on the shared connection: a probe that gives up closes its own.
                    _ = try await client.withConnection(wait: .seconds(1)) {
                        try await $0.query(PostgresQuery(Self.probe), timeout: .seconds(1))
                    }
                    return .init(.ok)
                } catch {
                    return .init(.down, detail: "\(error)")
                }
            },
            HealthCheck("smtp", isEssential: false) {
                guard let trouble = mailer.status.snapshot.serverTrouble else { return .ok }
                return .init(.down, detail: trouble.reason, note: trouble.reason)
            },
            HealthCheck("deliveries", isEssential: false) {
                guard let backlog = mailer.status.snapshot.backlog else { return .ok }
                var notes: [String] = []
                if backlog.failedDigests > 0 { notes.append("\(backlog.failedDigests) digests failed") }
                if backlog.alertsWithoutRecipients > 0 {
                    notes.append("\(backlog.alertsWithoutRecipients) alerts have no recipients")
                }
                return notes.isEmpty ? .ok : .init(.degraded, note: notes.joined(separator: "; "))
            },
        ]
    }

    /// Reads a table, so that a database without the schema is not usable.
    private static let probe = PostgresStatement("SELECT count(*) FROM (SELECT FROM outbound_emails LIMIT 1) one")
}
