import Alerts
import ArgumentParser
import Domain
import Outbox
import PostgresClient
import Programs
import Settings
import UseCases

/// `inventoryctl mail`: tests email delivery, and manages emails that failed.
struct Mail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tests the mail server, lists failed emails, queues them again.",
        subcommands: [MailTest.self, MailFailed.self, MailRequeue.self])
}

/// `inventoryctl mail test --to A`: sends one email and shows the server's reply.
struct MailTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Sends a test email and shows the mail server's reply.",
        discussion: "Exit status 0 if the server accepted it for every recipient.")

    @Option(help: ArgumentHelp("A recipient; may be repeated.", valueName: "address")) var to: [String]
    @OptionGroup(title: "Settings") var config: ConfigOptions
    @OptionGroup(title: "Mail server") var mail: MailOptions

    func validate() throws {
        guard !to.isEmpty else { throw ValidationError("--to is missing") }
    }

    func run() async throws {
        let settings = try readingSettings { try MailSettings(SettingsSource(config: config, options: [mail])) }
        let configuration: SMTPConfiguration
        do {
            configuration = try SMTPConfiguration(
                url: settings.url,
                credentials: settings.credentials.map { .init(username: $0.username, password: $0.password) },
                authorityFile: settings.authorityFile)
        } catch {
            throw ExitCode.badSetting("SMTP_URL", error)
        }
        let transport = SMTPTransport(configuration)
        let report = await transport.send(TestEmail.make(from: settings.from, domain: settings.domain, to: to), to: to)
        await transport.shutdown()
        for address in report.delivered { print("\(address): accepted by \(configuration.host)") }
        for refusal in report.refused { print("\(refusal.recipient): refused: \(refusal.reason)") }
        let done = Set(report.delivered + report.refused.map(\.recipient))
        for address in to where !done.contains(address) {
            print("\(address): \(report.delay?.reason ?? "not accepted")")
        }
        guard Set(report.delivered) == Set(to) else { throw ExitCode(1) }
    }
}

/// `inventoryctl mail failed`: lists the emails that need an operator's attention.
struct MailFailed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failed", abstract: "Lists the emails that failed, oldest first, with the mail server's reply.")

    @OptionGroup(title: "Settings") var config: ConfigOptions
    @OptionGroup(title: "Database") var database: DatabaseOptions

    func run() async throws {
        let settings = try readingSettings {
            try DatabaseSettings(
                SettingsSource(config: config, options: [database]), fault: PostgresConfiguration.fault)
        }
        try await OutboxSession.run(settings) { outbox in
            let failed = try await outbox.failedDigests()
            for digest in failed {
                print(
                    "\(digest.id)\t\(digest.alerts) alerts\t\(digest.attempts) tries\t"
                        + "\(digest.missing.joined(separator: ","))\t\(digest.lastError ?? "")")
            }
            writeToStandardError(failed.isEmpty ? "no email has failed" : "\(failed.count) failed")
        }
    }
}

/// `inventoryctl mail requeue`: queues failed emails again, with a fresh set of attempts.
struct MailRequeue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requeue", abstract: "Queues failed emails again, all or by id.",
        discussion: "Recipients that have received an email already do not get it again.")

    @Argument(help: ArgumentHelp("Ids as `mail failed` shows them.", valueName: "id")) var ids: [String] = []
    @Flag(help: "Requeue all failed emails.") var all = false
    @Option(help: ArgumentHelp("Replaces the recipients that did not get it; may be repeated.", valueName: "address"))
    var to: [String] = []
    @OptionGroup(title: "Settings") var config: ConfigOptions
    @OptionGroup(title: "Database") var database: DatabaseOptions

    func validate() throws {
        guard all != !ids.isEmpty else { throw ValidationError("give ids or --all") }
        for id in ids where EmailID(id) == nil { throw ValidationError("not an id: \(id)") }
        for address in to where !isMailAddress(address) { throw ValidationError("not an email address: \(address)") }
    }

    func run() async throws {
        let settings = try readingSettings {
            try DatabaseSettings(
                SettingsSource(config: config, options: [database]), fault: PostgresConfiguration.fault)
        }
        let wanted = all ? nil : ids.compactMap(EmailID.init)
        try await OutboxSession.run(settings) { outbox in
            let requeued = try await outbox.requeue(wanted, to: to)
            for id in requeued { print(id) }
            writeToStandardError("\(requeued.count) queued again")
            if let wanted, Set(requeued) != Set(wanted) {
                throw Failure.unusable("some ids are unknown or have not failed")
            }
        }
    }
}

/// The outbox for a one-off command.
private enum OutboxSession {
    static func run(
        _ settings: DatabaseSettings, _ body: (PostgresMailOutbox) async throws -> Void
    ) async throws {
        try await PooledSession.run(settings) { try await body(PostgresMailOutbox(client: $0)) }
    }
}
