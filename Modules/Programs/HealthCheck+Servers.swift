package import PostgresClient
package import Telemetry

extension HealthCheck {
    /// Reads one row of a table, so that a database without the schema is down too.
    ///
    /// The check leases a connection: on a shared one it would queue behind a slow statement, time out, and take that
    /// statement with it, since a client that gives up closes its connection.
    /// - Parameters:
    ///   - client: lends a connection.
    ///   - table: a table that the program needs. A constant, because it becomes part of the statement.
    package static func postgresql(_ client: PostgresClient, table: StaticString) -> HealthCheck {
        let probe = PostgresStatement("SELECT count(*) FROM (SELECT FROM \(table) LIMIT 1) one")
        return HealthCheck("postgresql", isEssential: true) {
            do {
                _ = try await client.withConnection(wait: ServerTimeouts.healthCheck) { connection in
                    try await connection.query(PostgresQuery(probe), timeout: ServerTimeouts.healthCheck)
                }
                return .init(.ok)
            } catch {
                return .init(.down, detail: "\(error)")
            }
        }
    }

    /// The programs work without Redis, so an outage only degrades them.
    /// - Parameter ping: sends a PING. A closure, so that a program without Redis does not link hiredis.
    package static func redis(
        _ ping: @escaping @Sendable (_ timeout: Duration) async throws -> Void
    ) -> HealthCheck {
        HealthCheck("redis", isEssential: false) {
            do {
                try await ping(ServerTimeouts.healthCheck)
                return .init(.ok)
            } catch {
                return .init(.down, detail: "\(error)")
            }
        }
    }
}
