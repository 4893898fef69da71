package import PostgresClient
import PostgresRows
package import UseCases

/// API keys on PostgreSQL.
package struct PostgresAPIKeyStore: APIKeyStore {
    /// How long one index look-up may take. It ends before a cached key, which is looked up again after three seconds, is
    /// five seconds old.
    package static let timeout = Duration.milliseconds(1_500)

    private static let find = PostgresStatement(
        "SELECT \(APIKeyRow.columns), hash, clock_timestamp() FROM api_keys WHERE hash = $1")

    let client: PostgresClient

    /// - Parameter client: for look-ups; nothing else uses its shared connections, because a query that times out closes
    ///   its connection.
    package init(client: PostgresClient) {
        self.client = client
    }

    package func find(_ hash: APIKeyHash) async throws(ServiceFailure) -> APIKeyReading? {
        let query = PostgresQuery(Self.find) { $0.append(hash.bytes) }
        return try await client.rows(query, timeout: Self.timeout) { (row: inout PostgresRow) throws(PostgresError) in
            let key = try APIKeyRow.key(&row)
            let bytes = try row.next(as: [UInt8].self)
            guard let stored = APIKeyHash(bytes) else { throw PostgresError(.decoding, "not a key's hash") }
            return APIKeyReading(key: key, hash: stored, readAt: try row.next())
        }.first
    }
}
