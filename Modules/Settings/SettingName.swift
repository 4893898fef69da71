/// The name of a setting: of its environment variable and of its command line option.
public struct SettingName: Hashable, Sendable, CustomStringConvertible {
    /// The environment variable, such as `HTTP_PORT`.
    public let variable: String
    /// Whether a value must never be shown.
    let isSecret: Bool
    /// Whether the variable with the suffix `_FILE` may name a file that holds the value.
    let mayBeFile: Bool

    private init(_ variable: String, isSecret: Bool = false, mayBeFile: Bool = false) {
        self.variable = variable
        self.isSecret = isSecret
        self.mayBeFile = mayBeFile
    }

    /// The option without its dashes, as `http-port`.
    public var option: String { variable.lowercased().replacing("_", with: "-") }

    public var description: String { variable }

    /// The setting that names the file with this setting's value.
    var file: SettingName { SettingName("\(variable)_FILE") }
}

extension SettingName {
    // A URL may hold a password, so all server URLs are secrets.
    static let databaseURL = SettingName("DATABASE_URL", isSecret: true, mayBeFile: true)
    static let databaseReplicaURL = SettingName("DATABASE_REPLICA_URL", isSecret: true, mayBeFile: true)
    static let databaseDirectURL = SettingName("DATABASE_DIRECT_URL", isSecret: true)
    static let databasePrepared = SettingName("DATABASE_PREPARED")
    static let databasePool = SettingName("DATABASE_POOL")

    static let redisURL = SettingName("REDIS_URL", isSecret: true, mayBeFile: true)

    static let httpHost = SettingName("HTTP_HOST")
    static let httpPort = SettingName("HTTP_PORT")
    static let httpTLSCertificate = SettingName("HTTP_TLS_CERT")
    static let httpTLSKey = SettingName("HTTP_TLS_KEY")

    static let authMode = SettingName("AUTH_MODE")
    static let jwtHS256Secret = SettingName("JWT_HS256_SECRET", isSecret: true, mayBeFile: true)
    static let jwtJWKS = SettingName("JWT_JWKS")
    static let jwtIssuer = SettingName("JWT_ISSUER")
    static let jwtAudience = SettingName("JWT_AUDIENCE")
    static let rateLimitPerSecond = SettingName("RATE_LIMIT_PER_SECOND")
    static let rateLimitBurst = SettingName("RATE_LIMIT_BURST")

    static let lockLeaseMilliseconds = SettingName("LOCK_LEASE_MS")
    static let lockWaitMilliseconds = SettingName("LOCK_WAIT_MS")
    static let lockOnRedisFailure = SettingName("LOCK_ON_REDIS_FAILURE")
    static let cacheTTLSeconds = SettingName("CACHE_TTL_SECONDS")
    static let reservationTTLSeconds = SettingName("RESERVATION_TTL_SECONDS")

    static let queueCapacity = SettingName("QUEUE_CAPACITY")
    static let lanes = SettingName("LANES")
    static let batchLimit = SettingName("BATCH_LIMIT")

    static let sweepIntervalSeconds = SettingName("SWEEP_INTERVAL_SECONDS")

    static let smtpURL = SettingName("SMTP_URL", isSecret: true)
    static let smtpUsername = SettingName("SMTP_USERNAME")
    static let smtpPassword = SettingName("SMTP_PASSWORD", isSecret: true, mayBeFile: true)
    static let smtpAuthorities = SettingName("SMTP_CA_FILE")
    static let alertFrom = SettingName("ALERT_FROM")
    static let alertTo = SettingName("ALERT_TO")
    static let mailIntervalSeconds = SettingName("MAIL_INTERVAL_SECONDS")
    static let mailDigestSeconds = SettingName("MAIL_DIGEST_SECONDS")
    static let mailLeaseSeconds = SettingName("MAIL_LEASE_SECONDS")

    static let currency = SettingName("CURRENCY")
    static let dashboardMailboxURL = SettingName("DASHBOARD_MAILBOX_URL")
    static let metricsPort = SettingName("METRICS_PORT")
    static let metricsHost = SettingName("METRICS_HOST")
    static let logLevel = SettingName("LOG_LEVEL")
    static let logFormat = SettingName("LOG_FORMAT")
}
