import Domain
import PostgresClient
import PostgresRows
package import UseCases

/// An operator's commands for keys.
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

    /// Stores a new key.
    /// - Parameters:
    ///   - seconds: the key's lifetime by the database's clock; nil for a key that does not expire.
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
                "A key of this name exists or existed: \(name). The ledger refers to it; choose another name.")
        }
        return key
    }

    /// All keys, also revoked and expired ones, by name, with their state by the database's clock.
    package func list() async throws(ServiceFailure) -> [(key: APIKey, state: APIKey.State)] {
        try await client.rows(PostgresQuery(Self.list)) { (row: inout PostgresRow) throws(PostgresError) in
            let key = try APIKeyRow.key(&row)
            return (key, key.state(at: try row.next(as: Instant.self)))
        }
    }

    /// Revokes a key permanently. A key that is already revoked stays as it is.
    /// - Throws: `.notFound` when no key has this name.
    package func revoke(_ name: APIKeyName) async throws(ServiceFailure) -> APIKey {
        let query = PostgresQuery(Self.revoke) { $0.append(name.description) }
        guard let key = try await client.rows(query, APIKeyRow.key).first else {
            throw .notFound("No key has this name: \(name)")
        }
        return key
    }
}
