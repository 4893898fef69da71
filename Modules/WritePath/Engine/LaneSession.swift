package import PostgresClient
import PostgresRows

/// How the lanes' database sessions differ from the server's defaults.
package enum LaneSession {
    private static let settings: [(String, String)] = [
        // A frozen process must not keep its rows locked (milliseconds).
        ("idle_in_transaction_session_timeout", "5000"),
        // Only the creation of a record by two processes at once waits for a lock.
        ("lock_timeout", "2000"),
    ]

    /// The same for one transaction, for poolers that give each transaction another session.
    static let inTransaction = PostgresQuery(
        PostgresStatement(
            "SELECT set_config(name, value, true) FROM unnest($1::text[], $2::text[]) AS setting(name, value)")
    ) { parameters in
        let all = KeySession.settings + settings
        parameters.appendArray(all.map(\.0))
        parameters.appendArray(all.map(\.1))
    }

    /// The configuration of a lane's own connection.
    package static func configuration(_ base: PostgresConfiguration) -> PostgresConfiguration {
        var configuration = base
        configuration.sessionSettings += KeySession.settings + settings
        return configuration
    }
}
