public import PostgresClient

/// How the lanes' database sessions differ from the server's defaults.
public enum LaneSession {
    public static let settings: [(String, String)] = [
        // Every statement is a few index look-ups by arrays: one plan serves all, and planning anew would cost more
        // than running. The methods that read whole tables are off, so that a plan made while a table was small still
        // serves when it is large.
        ("plan_cache_mode", "force_generic_plan"),
        ("jit", "off"),
        ("enable_seqscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
        // A frozen process must not keep its rows locked (milliseconds).
        ("idle_in_transaction_session_timeout", "5000"),
        // Only a record that two processes create at once waits for a lock at all.
        ("lock_timeout", "2000"),
    ]

    /// The configuration of a lane's own connection.
    public static func configuration(_ base: PostgresConfiguration) -> PostgresConfiguration {
        var configuration = base
        configuration.sessionSettings += settings
        return configuration
    }
}
