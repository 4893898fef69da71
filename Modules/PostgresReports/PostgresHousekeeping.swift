package import PostgresClient
import PostgresRows
package import UseCases

/// Deletes old idempotency keys, old minutes of attempts and expired dashboard sessions, in batches that hold no lock for
/// long.
package struct PostgresHousekeeping: Housekeeping {
    /// The most rows that one statement deletes: about 50 ms.
    private static let batchLimit: Int64 = 5_000
    /// How long one call runs: about half a million rows.
    private static let budget = Duration.seconds(5)
    private static let timeout = Duration.seconds(5)

    /// Skips the rows that another process is deleting.
    private static let keys = PostgresStatement(
        """
        DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM idempotency_keys WHERE created_at < now() - interval '24 hours'
            ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED))
        """)
    /// Reports read the last 24 hours.
    private static let attempts = PostgresStatement(
        """
        DELETE FROM reservation_attempts WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM reservation_attempts WHERE minute < now() - interval '31 days'
            ORDER BY minute LIMIT $1 FOR UPDATE SKIP LOCKED))
        """)
    private static let sessions = PostgresStatement(
        """
        DELETE FROM dashboard_sessions WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM dashboard_sessions WHERE expires_at < now()
            ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED))
        """)

    private let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    package func purge() async throws(ServiceFailure) -> Int {
        let end = ContinuousClock.now + Self.budget
        var removed = 0
        for statement in [Self.keys, Self.attempts, Self.sessions] {
            var count: Int
            repeat {
                count = try await remove(statement)
                removed += count
            } while count == Int(Self.batchLimit) && ContinuousClock.now < end
        }
        return removed
    }

    private func remove(_ statement: PostgresStatement) async throws(ServiceFailure) -> Int {
        do throws(PostgresError) {
            let result = try await client.query(
                PostgresQuery(statement) { $0.append(Self.batchLimit) }, timeout: Self.timeout)
            // `DELETE 12`
            return result.commandTag.split(separator: " ").last.flatMap { Int($0) } ?? 0
        } catch {
            throw ServiceFailure(error)
        }
    }
}
