import ArgumentParser
import PostgresClient
import Programs
import Settings

/// The alert mailer. Reads settings, composes, sends, ends.
@main
struct InventoryMailerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory-mailer", abstract: "Sends low-stock emails to procurement.",
        discussion: "Every option may also be given as an environment variable of the same name.",
        version: programVersion)

    @Flag(help: "Send what waits now, then end: for a scheduler. Status 75 when something is left for later.")
    var once = false
    @OptionGroup(title: "Settings") var config: ConfigOptions
    @OptionGroup(title: "Database") var database: DatabaseOptions
    @OptionGroup(title: "Mail server") var mail: MailOptions
    @OptionGroup(title: "Alerts") var alerts: AlertOptions
    @OptionGroup(title: "Currency") var currency: CurrencyOptions
    @OptionGroup(title: "Metrics") var metrics: MetricsOptions
    @OptionGroup(title: "Log") var log: LogOptions

    func run() async throws {
        endQuietlyOnEarlySignals()
        let settings = try readingSettings {
            let groups: [any SettingsOptions] = [database, mail, alerts, currency, metrics, log]
            return try MailerSettings(SettingsSource(config: config, options: groups))
        }
        settings.log.bootstrap()
        try await InventoryMailerService(settings, once: once).run()
    }
}

/// All settings of the mailer.
struct MailerSettings {
    let database: DatabaseSettings
    let mail: MailSettings
    let alerts: AlertSettings
    let currency: CurrencySettings
    let metrics: MetricsSettings
    let log: LogSettings

    init(_ source: SettingsSource) throws(SettingsError) {
        database = try DatabaseSettings(source, fault: PostgresConfiguration.fault)
        mail = try MailSettings(source)
        alerts = try AlertSettings(source)
        currency = try CurrencySettings(source)
        metrics = try MetricsSettings(source)
        log = try LogSettings(source)
    }
}
