import Alerts
import ArgumentParser
import Logging
import Mailing
import Outbox
import PostgresClient
import PostgresRows
import Programs
import ServiceLifecycle
import Settings
import Telemetry
import UseCases

/// The mailer's composition root.
struct InventoryMailerService {
    private let settings: MailerSettings
    private let once: Bool

    init(_ settings: MailerSettings, once: Bool) {
        self.settings = settings
        self.once = once
    }

    func run() async throws {
        let transport = try SMTPTransport(smtpConfiguration())
        let runtime = try ServerRuntime(program: "inventory-mailer")
        let (reactor, logger) = (runtime.reactor, runtime.logger)
        let client = PostgresClient(
            configuration: PostgresConfiguration(settings.database, program: "inventory-mailer"), reactor: reactor,
            sharedConnections: 1, maximumConnections: 3, onEvent: { logger.notice("postgresql: \($0)") })
        let mailer = mailer(PostgresMailOutbox(client: client), transport, runtime)
        let onceService = once ? MailOnceService(mailer, logger: logger) : nil
        let sending: any Service = onceService ?? listening(mailer, runtime)
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
        if let port = settings.metrics.port {
            let pools = PoolMetrics([("mailer", client)])
            let status = StatusService(
                runtime, host: settings.metrics.host, port: port,
                checks: [.postgresql(client, table: "outbound_emails")] + mailer.healthChecks
            ) { pools.record() }
            services.append(.init(service: status))
        }
        services.append(
            .init(
                service: WhenReachable(client: client, logger: logger, service: sending),
                successTerminationBehavior: .gracefullyShutdownGroup))
        try await runtime.run(services)
        await transport.shutdown()
        await client.shutdown()
        logger.notice("stopped")
        if let code = onceService?.exitCode { throw code }
    }

    // MARK: Parts

    private func smtpConfiguration() throws -> SMTPConfiguration {
        do {
            return try SMTPConfiguration(
                url: settings.mail.url,
                credentials: settings.mail.credentials.map { .init(username: $0.username, password: $0.password) },
                authorityFile: settings.mail.authorityFile)
        } catch {
            throw ExitCode.badSetting("SMTP_URL", error)
        }
    }

    /// On the server itself: PgBouncer passes no notifications on.
    private func listening(_ mailer: DigestMailer, _ runtime: ServerRuntime) -> MailService {
        var configuration = PostgresConfiguration(
            conninfo: settings.database.directURL, applicationName: "inventory-mailer listener")
        configuration.connectTimeout = ServerTimeouts.connect
        let notices = PostgresListener(
            configuration: configuration, channels: [alertChannel], reactor: runtime.reactor,
            onEvent: { runtime.logger.debug("listener: \($0)") })
        return MailService(mailer) {
            // A new connection may have missed some, so it is a reason to look too.
            for await _ in notices { mailer.wake() }
        }
    }

    private func mailer(
        _ outbox: PostgresMailOutbox, _ transport: SMTPTransport, _ runtime: ServerRuntime
    ) -> DigestMailer {
        var mailing = DigestMailer.Settings()
        mailing.interval = settings.alerts.interval
        mailing.lease = settings.alerts.lease
        let rules = DigestRules(
            recipients: settings.alerts.recipients, window: settings.alerts.digest, domain: settings.mail.domain)
        let renderer = DigestRenderer(from: settings.mail.from, currency: settings.currency.code)
        return DigestMailer(
            outbox: outbox, transport: transport, rules: rules, settings: mailing, reactor: runtime.reactor,
            logger: runtime.logger
        ) { renderer.render($0) }
    }
}
