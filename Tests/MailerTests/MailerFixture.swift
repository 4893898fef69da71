import Alerts
import Domain
import Logging
import Outbox
import PostgresClient
import TestSupport
import UseCases

/// A stock, an outbox on PostgreSQL, and mailers with a scripted mail server.
struct MailerFixture: Sendable {
    let stock: PostgresStock
    let outbox: PostgresMailOutbox
    let transport: ScriptedTransport
    let records: [RecordReference]

    static func with(records count: Int = 1, _ body: (MailerFixture) async throws -> Void) async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: (0..<count).map { "P\($0)" }, warehouses: ["W1"])
            try await body(
                MailerFixture(
                    stock: stock, outbox: PostgresMailOutbox(client: stock.client), transport: ScriptedTransport(),
                    records: records))
        }
    }

    /// - Parameter window: the gathering window after a first email.
    func mailer(
        window: Duration = .zero, recipients: [String] = ["buyer@example.com"],
        _ change: (inout DigestMailer.Settings) -> Void = { _ in }
    ) -> DigestMailer {
        var settings = DigestMailer.Settings()
        settings.retries = RetrySchedule(first: .milliseconds(20))
        settings.interval = .seconds(60)
        settings.probeInterval = .milliseconds(50)
        change(&settings)
        let renderer = DigestRenderer(from: "stock@example.com", currency: "EUR")
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return DigestMailer(
            outbox: outbox, transport: transport,
            rules: DigestRules(recipients: recipients, window: window, domain: "example.com"), settings: settings,
            reactor: TestDatabase.reactor, logger: logger
        ) { renderer.render($0) }
    }

    /// Runs mailers during a body and stops them.
    func running(_ mailers: [DigestMailer], _ body: () async throws -> Void) async throws {
        let tasks = mailers.map { mailer in Task { await mailer.run() } }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        for mailer in mailers { mailer.stop() }
        for task in tasks { await task.value }
        try result.get()
    }

    /// Raises an alert for a record without one.
    func makeLow(_ index: Int) async throws {
        let policy = PolicyChange(record: records[index], reorderPoint: 5, reorderQuantity: 4)
        _ = try await stock.engine.submit(.setPolicy(policy), actor: "test")
    }

    func count(_ status: String) async throws -> Int64 {
        try await stock.count("SELECT count(*) FROM outbound_emails WHERE status = '\(status)'")
    }
}
