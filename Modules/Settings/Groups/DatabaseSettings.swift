internal import ArgumentParser

/// How to reach PostgreSQL.
public struct DatabaseSettings: Sendable {
    /// A libpq URL or conninfo. Holds the password: never log it.
    public let url: String
    /// The server itself where `url` is PgBouncer: for LISTEN, COPY and migrations.
    public let directURL: String
    /// Whether named prepared statements may be used; not through PgBouncer before 1.21.
    public let preparesStatements: Bool
    /// The most connections that the process keeps open for reads.
    public let poolSize: Int

    /// - Parameter fault: what is wrong with an address, in words that quote none of it; nil when nothing is. Only libpq
    ///   knows, and this module does not know libpq.
    public init(_ source: SettingsSource, fault: (String) -> String? = { _ in nil }) throws(SettingsError) {
        url = try source.required(.databaseURL)
        directURL = try source.text(.databaseDirectURL, default: url)
        if let fault = fault(url) { throw SettingsError(.databaseURL, "is no address: \(fault)") }
        if let fault = fault(directURL) { throw SettingsError(.databaseDirectURL, "is no address: \(fault)") }
        preparesStatements = try source.flag(.databasePrepared, default: true)
        // PostgreSQL's own default allows 100 connections in all; a pool near that is a mistake more often than not.
        poolSize = try source.integer(.databasePool, in: 1...500, default: 8)
    }
}

public struct DatabaseOptions: SettingsOptions {
    @Option(.databaseURL, "PostgreSQL: a libpq URL or conninfo.", value: "url") var url
    @Option(SettingName.databaseURL.file, "A file that holds the URL.", value: "file") var urlFile
    @Option(.databaseDirectURL, "The server itself where the other is PgBouncer.", value: "url") var directURL
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
    /// Nil: the primary answers those too. Holds the password: never log it.
    public let url: String?

    /// - Parameter fault: as in `DatabaseSettings`.
    public init(_ source: SettingsSource, fault: (String) -> String? = { _ in nil }) throws(SettingsError) {
        url = try source.text(.databaseReplicaURL)
        if let fault = url.flatMap(fault) { throw SettingsError(.databaseReplicaURL, "is no address: \(fault)") }
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
