import PostgresClient
import RedisClient
import Telemetry

enum HealthChecks {
    /// What `/health/ready` looks at.
    /// - Parameter client: one for quick look-ups alone: behind a slow list the question would time out, and take the list
    ///   with it.
    static func all(_ client: PostgresClient, _ redis: RedisClient?) -> [HealthCheck] {
        var checks = [
            HealthCheck("postgresql", isEssential: true) {
                do throws(PostgresError) {
                    _ = try await client.query(PostgresQuery(Self.probe), timeout: .seconds(1))
                    return .init(.ok)
                } catch {
                    return .init(.down, detail: error.description)
                }
            }
        ]
        if let redis {
            checks.append(
                HealthCheck("redis", isEssential: false) {
                    do {
                        try await redis.ping(timeout: .seconds(1))
                        return .init(.ok)
                    } catch {
                        return .init(.down, detail: "\(error)")
                    }
                }
            )
        }
        return checks
    }

    /// Reads a table, so that a database without the schema is not usable.
    private static let probe = PostgresStatement("SELECT count(*) FROM (SELECT FROM inventory LIMIT 1) one")
}
