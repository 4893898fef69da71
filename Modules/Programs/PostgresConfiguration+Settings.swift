package import PostgresClient
package import Settings

extension PostgresConfiguration {
    /// How a server connects to the database.
    /// - Parameters:
    ///   - url: where, instead of `DATABASE_URL`.
    ///   - program: the name that PostgreSQL shows of its sessions.
    package init(_ settings: DatabaseSettings, url: String? = nil, program: String) {
        self.init(
            conninfo: url ?? settings.url, applicationName: program, usesPreparedStatements: settings.preparesStatements
        )
        connectTimeout = ServerTimeouts.connect
    }
}

extension DatabaseSettings {
    /// Whether what is set on a session stays with it. Behind PgBouncer in transaction mode another client has the session
    /// a moment later, so nothing may be set on it.
    package var hasOwnSessions: Bool { preparesStatements && directURL == url }
}
