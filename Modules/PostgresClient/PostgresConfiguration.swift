/// How to connect to a server.
public struct PostgresConfiguration: Sendable {
    /// A libpq URL or conninfo string. It may name several hosts and `target_session_attrs`; each connect tries them again.
    public var conninfo: String
    /// The name in `pg_stat_activity`, unless the conninfo has one.
    public var applicationName: String
    /// Settings that a query sets after connecting, because PgBouncer refuses startup options.
    public var sessionSettings: [(String, String)]
    /// The limit for each host, unless the conninfo has one. libpq rounds up to whole seconds, at least 2.
    public var connectTimeout: Duration
    /// Must be false behind a PgBouncer in transaction mode.
    public var usesPreparedStatements: Bool

    /// Does not check the conninfo: libpq parses it when it connects.
    public init(
        conninfo: String,
        applicationName: String,
        sessionSettings: [(String, String)] = [],
        connectTimeout: Duration = .seconds(3),
        usesPreparedStatements: Bool = true
    ) {
        self.conninfo = conninfo
        self.applicationName = applicationName
        self.sessionSettings = sessionSettings
        self.connectTimeout = connectTimeout
        self.usesPreparedStatements = usesPreparedStatements
    }

    /// In libpq's order, where a later value wins: the conninfo can override the values before `dbname`, but not those after
    /// it.
    var parameters: [(String, String)] {
        [
            ("application_name", applicationName),
            ("connect_timeout", String(max(2, connectTimeout.wholeSecondsRoundedUp))),
            // A vanished peer is noticed within a minute on an idle connection, within 15 seconds on a busy one.
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "15000"),
            ("dbname", conninfo),
            // This module decodes text as UTF-8.
            ("client_encoding", "UTF8"),
        ]
    }
}

extension Duration {
    fileprivate var wholeSecondsRoundedUp: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
