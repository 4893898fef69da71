import Logging
package import PostgresClient
package import PostgresDirectory
import PostgresRows
package import Programs
package import Settings
package import WritePath

/// The write path of one process: its connections for look-ups, the directory of names, and the engine.
package struct StockWriter: Sendable {
    /// Connections for reads by key.
    package let lookups: PostgresClient
    package let directory: PostgresRecordDirectory
    package let engine: CommandEngine

    /// - Parameters:
    ///   - configuration: how to connect.
    ///   - sharedConnections: connections that the look-ups share.
    ///   - notices: lends a connection for notifying mailers; nil leaves new alerts to their poll.
    package init(
        _ runtime: ServerRuntime, _ database: DatabaseSettings, _ configuration: PostgresConfiguration,
        sharedConnections: Int, notices: PostgresClient? = nil, shared: SharedState, settings: EngineSettings
    ) {
        let (reactor, logger) = (runtime.reactor, runtime.logger)
        lookups = PostgresClient(
            configuration: Self.keyed(configuration, database), reactor: reactor,
            sharedConnections: sharedConnections, maximumConnections: 1,
            onEvent: { logger.notice("postgresql: \($0)") })
        directory = PostgresRecordDirectory(client: lookups)
        engine = CommandEngine(
            reactor: reactor,
            configuration: database.hasOwnSessions ? LaneSession.configuration(configuration) : configuration,
            client: lookups, notices: notices, directory: directory, leases: shared.leases, cache: shared.cache,
            settings: settings, logger: logger)
    }

    /// The configuration of connections for look-ups by key.
    package static func keyed(
        _ configuration: PostgresConfiguration, _ database: DatabaseSettings
    ) -> PostgresConfiguration {
        database.hasOwnSessions ? KeySession.configuration(configuration) : configuration
    }
}
