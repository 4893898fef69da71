import Basics

/// How to reach a server.
public struct PostgresConfiguration: Sendable {
    /// A libpq URL or conninfo string. It may name several hosts and `target_session_attrs`; each connect tries them anew.
    public var conninfo: String
    /// Shown in `pg_stat_activity`, unless the conninfo names one.
    public var applicationName: String
    /// Set by a query after connecting, because PgBouncer refuses startup options.
    public var sessionSettings: [(String, String)]
    /// For each host, in whole seconds, at least 2 (libpq's rule), unless the conninfo says otherwise.
    public var connectTimeout: Duration
    /// Turn it off behind a PgBouncer in transaction mode.
    public var usesPreparedStatements: Bool

    /// Checks nothing: libpq reads the conninfo when it connects.
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

    /// In the order libpq reads them: a later one wins, so what stands before `dbname` is a default that the conninfo may
    /// change, and what stands after it is not.
    var parameters: [(String, String)] {
        [
            ("application_name", applicationName),
            ("connect_timeout", String(max(2, connectTimeout.wholeSecondsRoundedUp))),
            // A peer that vanished is noticed within a minute on an idle line, within 15 seconds on a busy one.
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "15000"),
            ("dbname", conninfo),
            // Text is decoded as UTF-8 here.
            ("client_encoding", "UTF8"),
        ]
    }
}
