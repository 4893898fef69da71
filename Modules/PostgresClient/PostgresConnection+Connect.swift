public import Reactor

extension PostgresConnection {
    private static let setSetting = PostgresStatement("SELECT set_config($1, $2, false)")

    /// Opens a connection outside of any pool, for an owner that keeps it.
    ///
    /// The blocking calls run on dedicated threads. When this returns, the session's settings are set. The owner must
    /// ``close()`` the connection; releasing the last reference closes it too.
    /// - Parameter onEvent: Gets ``PostgresEvent/connectionLost(_:)`` and notices, on the reactor's thread.
    /// - Throws: ``PostgresError/Code/cannotConnect``, or the server's error for a setting that it refuses.
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

    /// - Parameter onClose: Runs once, when the connection has ended for any reason.
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
