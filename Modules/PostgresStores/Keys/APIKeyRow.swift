import PostgresClient
import UseCases

/// A row of `api_keys`, without the hash.
enum APIKeyRow {
    static let columns = "name, scopes, created_at, expires_at, revoked_at"

    static func key(_ row: inout PostgresRow) throws(PostgresError) -> APIKey {
        let text: String = try row.next()
        guard let name = APIKeyName(text) else { throw PostgresError(.decoding, "not a key's name") }
        let scopes: [String] = try row.next()
        // A scope that this version does not know is ignored: it allows nothing here.
        return APIKey(
            name: name, scopes: Set(scopes.compactMap(Scope.init)), createdAt: try row.next(),
            expiresAt: try row.nextOptional(), revokedAt: try row.nextOptional())
    }
}
