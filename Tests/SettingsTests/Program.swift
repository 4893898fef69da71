import ArgumentParser

@testable import Settings

/// A program with every group of options, embedded as in the apps.
struct Program: ParsableCommand {
    @OptionGroup var config: ConfigOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var replica: ReplicaOptions
    @OptionGroup var redis: RedisOptions
    @OptionGroup var http: HTTPOptions
    @OptionGroup var authentication: AuthenticationOptions
    @OptionGroup var rateLimit: RateLimitOptions
    @OptionGroup var lock: LockOptions
    @OptionGroup var cache: CacheOptions
    @OptionGroup var reservation: ReservationOptions
    @OptionGroup var write: WriteOptions
    @OptionGroup var sweep: SweepOptions
    @OptionGroup var mail: MailOptions
    @OptionGroup var alert: AlertOptions
    @OptionGroup var currency: CurrencyOptions
    @OptionGroup var metrics: MetricsOptions
    @OptionGroup var log: LogOptions

    var groups: [any SettingsOptions] {
        [
            database, replica, redis, http, authentication, rateLimit, lock, cache, reservation, write, sweep, mail,
            alert, currency, metrics, log,
        ]
    }
}

/// The settings of the program from this command line and environment only.
func source(_ arguments: [String] = [], environment: [String: String] = [:]) throws -> SettingsSource {
    let program = try Program.parse(arguments)
    return try SettingsSource(config: program.config, options: program.groups, environment: environment)
}

/// The line of the settings error that the body throws, or nil.
func line(_ body: () throws -> Void) throws -> String? {
    do {
        try body()
        return nil
    } catch let error as SettingsError {
        return error.description
    }
}
