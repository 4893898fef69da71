import Domain
package import PostgresClient
import PostgresRows
package import UseCases

/// Dashboard sessions on PostgreSQL. They expire by the database's clock.
package struct PostgresDashboardSessions: DashboardSessionStore {
    private static let timeout = PostgresAPIKeyStore.timeout

    /// `least` ignores the NULL of a key that does not expire.
    private static let find = PostgresStatement(
        """
        SELECT k.name, k.scopes, s.created_at, least(s.expires_at, k.expires_at), k.revoked_at, s.hash,
            clock_timestamp()
        FROM dashboard_sessions s JOIN api_keys k ON k.name = s.key_name WHERE s.hash = $1
        """)
    private static let begin = PostgresStatement(
        """
        WITH key AS (
            SELECT name, now FROM api_keys, clock_timestamp() now
            WHERE name = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now)
        ), ended AS (
            DELETE FROM dashboard_sessions WHERE hash IN (
                SELECT hash FROM dashboard_sessions WHERE key_name = $2
                ORDER BY created_at DESC, hash OFFSET $4::bigint - 1)
        )
        INSERT INTO dashboard_sessions (hash, key_name, created_at, expires_at)
        SELECT $1, name, now, now + make_interval(secs => $3::bigint) FROM key RETURNING 1::bigint
        """)
    private static let end = PostgresStatement("DELETE FROM dashboard_sessions WHERE hash = $1 RETURNING 1::bigint")

    private let client: PostgresClient

    /// - Parameter client: for look-ups; only these and the look-ups of API keys use its shared connections.
    package init(client: PostgresClient) {
        self.client = client
    }

    package func find(_ hash: APIKeyHash) async throws(ServiceFailure) -> APIKeyReading? {
        let query = PostgresQuery(Self.find) { $0.append(hash.bytes) }
        return try await client.rows(query, timeout: Self.timeout) { (row: inout PostgresRow) throws(PostgresError) in
            let key = try APIKeyRow.key(&row)
            let bytes = try row.next(as: [UInt8].self)
            guard let stored = APIKeyHash(bytes) else { throw PostgresError(.decoding, "not a session's hash") }
            return APIKeyReading(key: key, hash: stored, readAt: try row.next())
        }.first
    }

    package func begin(_ session: APIKeyHash, key: APIKeyName) async throws(ServiceFailure) -> Bool {
        let query = PostgresQuery(Self.begin) { parameters in
            parameters.append(session.bytes)
            parameters.append(key.description)
            parameters.append(DashboardSessionLimits.life.components.seconds)
            parameters.append(Int64(DashboardSessionLimits.perKey))
        }
        return try await client.rows(query, timeout: Self.timeout, Self.count).first != nil
    }

    package func end(_ session: APIKeyHash) async throws(ServiceFailure) {
        let query = PostgresQuery(Self.end) { $0.append(session.bytes) }
        _ = try await client.rows(query, timeout: Self.timeout, Self.count)
    }

    private static func count(_ row: inout PostgresRow) throws(PostgresError) -> Int64 { try row.next() }
}
