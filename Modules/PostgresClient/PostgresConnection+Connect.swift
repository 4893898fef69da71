public import Reactor

extension PostgresConnection {
    private static let setSetting = PostgresStatement("SELECT set_config($1, $2, false)")

    /// Makes a connection outside of any pool, for an owner that keeps it for good.
    ///
    /// The calls that block run on threads of their own. The session's settings are set when this returns. Whoever holds the
    /// connection must ``close()`` it; dropping the last reference closes it too.
    /// - Parameter onEvent: Hears ``PostgresEvent/connectionLost(_:)`` and notices, on the reactor's thread.
    /// - Throws: ``PostgresError/Code/cannotConnect``, or the server's error for a setting it refused.
    public static func connect(
        configuration: PostgresConfiguration,
        reactor: Reactor,
        onEvent: @escaping @Sendable (PostgresEvent) -> Void = { _ in }
    ) async throws(PostgresError) -> PostgresConnection {
        try await connect(configuration: configuration, reactor: reactor, onEvent: onEvent, onNotification: nil) {
            _,
            error in
            if error.code != .closed { onEvent(.connectionLost(error)) }
        }
    }

    /// - Parameter onClose: Is called once, when the connection has ended for whatever reason.
    static func connect(
        configuration: PostgresConfiguration,
        reactor: Reactor,
        onEvent: @escaping @Sendable (PostgresEvent) -> Void,
        onNotification: (@Sendable (PostgresNotification) -> Void)?,
        onClose: @escaping @Sendable (ObjectIdentifier, PostgresError) -> Void
    ) async throws(PostgresError) -> PostgresConnection {
        let libpq = try await Connector.shared.open(configuration)
        let connection = PostgresConnection(
            libpq: libpq,
            usesPreparedStatements: configuration.usesPreparedStatements,
            reactor: reactor
        )
        let identity = ObjectIdentifier(connection)
        try await connection.start(
            onNotice: { onEvent(.notice($0)) },
            onNotification: onNotification,
            onClose: { onClose(identity, $0) }
        )
        let settings = configuration.sessionSettings.map { name, value in
            PostgresQuery(setSetting) { parameters in
                parameters.append(name)
                parameters.append(value)
            }
        }
        do {
            _ = try await connection.pipeline(settings, timeout: configuration.connectTimeout)
        } catch {
            await connection.close()
            throw error
        }
        return connection
    }
}
