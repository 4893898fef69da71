package import PostgresClient

/// Settings of database sessions for reports.
package enum ReportSession {
    private static let settings: [(String, String)] = [
        // Reports take some milliseconds; compiling one would take a hundred.
        ("jit", "off"),
        // Starting workers takes longer than most reports, and their processor time is missing from sales.
        ("max_parallel_workers_per_gather", "0"),
        // The number of new ledger rows differs from call to call, and so does the best plan.
        ("plan_cache_mode", "force_custom_plan"),
        // Top movers group the products of a month in memory; few reports run at a time (see `SharedReading`).
        ("work_mem", "65536"),
    ]

    /// The configuration of connections for reports.
    package static func configuration(_ base: PostgresConfiguration) -> PostgresConfiguration {
        var configuration = base
        configuration.sessionSettings += settings
        return configuration
    }
}
