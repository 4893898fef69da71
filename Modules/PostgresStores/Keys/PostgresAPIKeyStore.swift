package import PostgresClient
import PostgresRows
package import UseCases

/// API keys on PostgreSQL.
package struct PostgresAPIKeyStore: APIKeyStore {
    /// For one look-up by an index. A caller with an answer of three seconds ago waits no longer than makes sense.
    package static let timeout = Duration.milliseconds(1_500)

    private static let find = PostgresStatement(
        "SELECT \(APIKeyRow.columns), hash, clock_timestamp() FROM api_keys WHERE hash = $1")

    let client: PostgresClient

    /// - Parameter client: for look-ups, one whose shared connections nobody else uses: a query that times out takes
    ///   its connection with it.
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
