package import PostgresClient

/// How database sessions that only look up by keys differ from the server's defaults: those of the directory, and with
/// more settings those of the lanes.
package enum KeySession {
    package static let settings: [(String, String)] = [
        // Every statement is a few index look-ups by arrays: one plan serves all, and planning anew would cost more
        // than running. The methods that read whole tables are off, so that a plan made while a table was small still
        // serves when it is large.
        ("plan_cache_mode", "force_generic_plan"),
        ("jit", "off"),
        ("enable_seqscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
        // Starting workers takes longer than any look-up.
        ("max_parallel_workers_per_gather", "0"),
    ]

    /// The configuration of connections for look-ups by keys.
    package static func configuration(_ base: PostgresConfiguration) -> PostgresConfiguration {
        var configuration = base
        configuration.sessionSettings += settings
        return configuration
    }
}
