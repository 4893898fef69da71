import ArgumentParser
import PostgresClient
import Programs
import Settings
import Telemetry

/// The HTTP API. Reads settings, composes, serves, ends.
@main
struct InventoryAPICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory-api", abstract: "Serves the inventory over HTTP.",
        discussion: "Every option may also be given as an environment variable of the same name.",
        version: programVersion)

    @OptionGroup(title: "Settings") var config: ConfigOptions
    @OptionGroup(title: "Database") var database: DatabaseOptions
    @OptionGroup(title: "Replica") var replica: ReplicaOptions
    @OptionGroup(title: "Redis") var redis: RedisOptions
    @OptionGroup(title: "HTTP") var http: HTTPOptions
    @OptionGroup(title: "Authentication") var authentication: AuthenticationOptions
    @OptionGroup(title: "Rate limit") var rateLimit: RateLimitOptions
    @OptionGroup(title: "Locks") var locks: LockOptions
    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup(title: "Reservations") var reservations: ReservationOptions
    @OptionGroup(title: "Write path") var writes: WriteOptions
    @OptionGroup(title: "Currency") var currency: CurrencyOptions
    @OptionGroup(title: "Dashboard") var dashboard: DashboardOptions
    @OptionGroup(title: "Log") var log: LogOptions

    func run() async throws {
        endQuietlyOnEarlySignals()
        let settings = try readingSettings {
            let groups: [any SettingsOptions] = [
                database, replica, redis, http, authentication, rateLimit, locks, cache, reservations, writes, currency,
                dashboard, log,
            ]
            return try APISettings(SettingsSource(config: config, options: groups))
        }
        settings.log.bootstrap()
        defer { LogWriter.standardError.flush() }
        try await InventoryAPIService(settings).run()
    }
}

/// All settings of the API.
struct APISettings {
    let database: DatabaseSettings
    let replica: ReplicaSettings
    let redis: RedisSettings?
    let http: HTTPSettings
    let authentication: AuthenticationSettings
    /// Nil: none.
    let rateLimit: RateLimitSettings?
    let locks: LockSettings
    let cache: CacheSettings
    let reservations: ReservationSettings
    let writes: WriteSettings
    let currency: CurrencySettings
    let dashboard: DashboardSettings
    let log: LogSettings

    init(_ source: SettingsSource) throws(SettingsError) {
        database = try DatabaseSettings(source, fault: PostgresConfiguration.fault)
        replica = try ReplicaSettings(source, fault: PostgresConfiguration.fault)
        redis = try RedisSettings.read(source)
        http = try HTTPSettings(source)
        authentication = try AuthenticationSettings(source, http: http)
        rateLimit = try RateLimitSettings.read(source)
        locks = try LockSettings(source)
        cache = try CacheSettings(source)
        reservations = try ReservationSettings(source)
        writes = try WriteSettings(source)
        currency = try CurrencySettings(source)
        dashboard = try DashboardSettings(source)
        log = try LogSettings(source)
    }
}

extension LogSettings {
    func requestLog(label: String) -> RequestLog {
        RequestLog(label: label, format: lineFormat, level: loggerLevel)
    }
}
