import ArgumentParser
import PostgresClient
import Programs
import Settings

/// The expiry sweeper. Reads settings, composes, sweeps, ends.
@main
struct InventorySweeperCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory-sweeper", abstract: "Releases reservations whose time is over.",
        discussion: "Every option may also be given as an environment variable of the same name.",
        version: programVersion)

    @Flag(help: "Sweep until nothing is left, then end: for a scheduler.") var once = false
    @OptionGroup(title: "Settings") var config: ConfigOptions
    @OptionGroup(title: "Database") var database: DatabaseOptions
    @OptionGroup(title: "Redis") var redis: RedisOptions
    @OptionGroup(title: "Locks") var locks: LockOptions
    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup(title: "Sweeping") var sweep: SweepOptions
    @OptionGroup(title: "Metrics") var metrics: MetricsOptions
    @OptionGroup(title: "Log") var log: LogOptions

    func run() async throws {
        endQuietlyOnEarlySignals()
        let settings = try readingSettings {
            let groups: [any SettingsOptions] = [database, redis, locks, cache, sweep, metrics, log]
            return try SweeperSettings(SettingsSource(config: config, options: groups))
        }
        settings.log.bootstrap()
        try await InventorySweeperService(settings, once: once).run()
    }
}

/// All settings of the sweeper.
struct SweeperSettings {
    let database: DatabaseSettings
    let redis: RedisSettings?
    let locks: LockSettings
    let cache: CacheSettings
    let sweep: SweepSettings
    let metrics: MetricsSettings
    let log: LogSettings

    init(_ source: SettingsSource) throws(SettingsError) {
        database = try DatabaseSettings(source, fault: PostgresConfiguration.fault)
        redis = try RedisSettings.read(source)
        locks = try LockSettings(source)
        cache = try CacheSettings(source)
        sweep = try SweepSettings(source)
        metrics = try MetricsSettings(source)
        log = try LogSettings(source)
    }
}
