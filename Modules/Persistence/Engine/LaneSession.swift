public import PostgresClient

/// How the lanes' database sessions differ from the server's defaults.
public enum LaneSession {
    private static let settings: [(String, String)] = [
        // A frozen process must not keep its rows locked (milliseconds).
        ("idle_in_transaction_session_timeout", "5000"),
        // Only a record that two processes create at once waits for a lock at all.
        ("lock_timeout", "2000"),
    ]

    /// The configuration of a lane's own connection.
    public static func configuration(_ base: PostgresConfiguration) -> PostgresConfiguration {
        var configuration = base
        configuration.sessionSettings += KeySession.settings + settings
        return configuration
    }
}
