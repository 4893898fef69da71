internal import ArgumentParser

/// How to reach PostgreSQL.
public struct DatabaseSettings: Sendable {
    /// A libpq URL or conninfo. Holds the password: never log it.
    public let url: String
    /// The server itself if `url` is a PgBouncer: for LISTEN, COPY and migrations.
    public let directURL: String
    /// Whether named prepared statements may be used; PgBouncer before 1.21 does not support them.
    public let preparesStatements: Bool
    /// The maximum number of connections for reads.
    public let poolSize: Int

    /// - Parameter fault: returns what is wrong with an address, without quoting it; nil if it is valid. Only libpq can
    ///   tell, and this module does not depend on it.
    public init(_ source: SettingsSource, fault: (String) -> String? = { _ in nil }) throws(SettingsError) {
        url = try source.required(.databaseURL)
        directURL = try source.text(.databaseDirectURL, default: url)
        if let fault = fault(url) { throw SettingsError(.databaseURL, "is not a valid address: \(fault)") }
        if let fault = fault(directURL) { throw SettingsError(.databaseDirectURL, "is not a valid address: \(fault)") }
        preparesStatements = try source.flag(.databasePrepared, default: true)
        // PostgreSQL allows 100 connections in all by default; a pool near that is usually a mistake.
        poolSize = try source.integer(.databasePool, in: 1...500, default: 8)
    }
}

public struct DatabaseOptions: SettingsOptions {
    @Option(.databaseURL, "PostgreSQL: a libpq URL or conninfo.", value: "url") var url
    @Option(SettingName.databaseURL.file, "A file that holds the URL.", value: "file") var urlFile
    @Option(.databaseDirectURL, "The server itself if DATABASE_URL is a PgBouncer.", value: "url") var directURL
    @Option(.databasePrepared, "Prepared statements, on or off (default: on).", value: "on|off") var prepared
    @Option(.databasePool, "Connections for reads (default: 8).", value: "n") var pool

    public init() {}

    public var given: [(name: SettingName, value: String?)] {
        [
            (.databaseURL, url), (SettingName.databaseURL.file, urlFile), (.databaseDirectURL, directURL),
            (.databasePrepared, prepared), (.databasePool, pool),
        ]
    }
}

/// A replica for reports and exports.
public struct ReplicaSettings: Sendable {
    /// Nil if the primary answers those too. Holds the password: never log it.
    public let url: String?

    /// - Parameter fault: as in `DatabaseSettings`.
    public init(_ source: SettingsSource, fault: (String) -> String? = { _ in nil }) throws(SettingsError) {
        url = try source.text(.databaseReplicaURL)
        if let fault = url.flatMap(fault) {
            throw SettingsError(.databaseReplicaURL, "is not a valid address: \(fault)")
        }
    }
}

public struct ReplicaOptions: SettingsOptions {
    @Option(.databaseReplicaURL, "A replica, for reports and exports only.", value: "url") var url
    @Option(SettingName.databaseReplicaURL.file, "A file that holds the URL.", value: "file") var urlFile

    public init() {}

    public var given: [(name: SettingName, value: String?)] {
        [(.databaseReplicaURL, url), (SettingName.databaseReplicaURL.file, urlFile)]
    }
}
