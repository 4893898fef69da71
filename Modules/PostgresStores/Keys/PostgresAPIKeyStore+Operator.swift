import Domain
import PostgresClient
import PostgresRows
package import UseCases

/// What an operator does with keys.
extension PostgresAPIKeyStore {
    private static let create = PostgresStatement(
        """
        INSERT INTO api_keys (name, hash, scopes, created_at, expires_at)
        SELECT $1, $2, $3::text[], now, now + make_interval(secs => $4::bigint) FROM clock_timestamp() now
        ON CONFLICT (name) DO NOTHING RETURNING \(APIKeyRow.columns)
        """)
    private static let list = PostgresStatement(
        "SELECT \(APIKeyRow.columns), clock_timestamp() FROM api_keys ORDER BY name")
    private static let revoke = PostgresStatement(
        """
        UPDATE api_keys SET revoked_at = coalesce(revoked_at, clock_timestamp()) WHERE name = $1
        RETURNING \(APIKeyRow.columns)
        """)

    /// Makes a key known.
    /// - Parameters:
    ///   - seconds: how long it holds, counted from the database's clock; nil for good.
    /// - Throws: `.alreadyExists` for a name that a key has or had.
    package func create(
        _ name: APIKeyName, hash: APIKeyHash, scopes: Set<Scope>, seconds: Int64?
    ) async throws(ServiceFailure) -> APIKey {
        let rows = try await client.rows(
            PostgresQuery(Self.create) { parameters in
                parameters.append(name.description)
                parameters.append(hash.bytes)
                parameters.appendArray(scopes.map(\.rawValue).sorted())
                parameters.append(seconds)
            }, APIKeyRow.key)
        guard let key = rows.first else {
            throw .alreadyExists(
                "A key of this name exists or existed: \(name). The ledger speaks of it; choose another name.")
        }
        return key
    }

    /// Every key that ever was, by name, with its state by the database's clock.
    package func list() async throws(ServiceFailure) -> [(key: APIKey, state: APIKey.State)] {
        try await client.rows(PostgresQuery(Self.list)) { (row: inout PostgresRow) throws(PostgresError) in
            let key = try APIKeyRow.key(&row)
            return (key, key.state(at: try row.next(as: Instant.self)))
        }
    }

    /// Revokes a key, for good. One that is revoked already stays as it is.
    /// - Throws: `.notFound` when no key has this name.
    package func revoke(_ name: APIKeyName) async throws(ServiceFailure) -> APIKey {
        let query = PostgresQuery(Self.revoke) { $0.append(name.description) }
        guard let key = try await client.rows(query, APIKeyRow.key).first else {
            throw .notFound("No key has this name: \(name)")
        }
        return key
    }
}
