package import PostgresClient

/// Settings of database sessions that only look up rows by keys, such as the directory's; the lanes add their own.
package enum KeySession {
    package static let settings: [(String, String)] = [
        // Every statement is a few index look-ups by arrays: one plan serves all, and planning would cost more than
        // running. Methods that read whole tables are off, so that a plan made for a small table still works for a
        // large one.
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
