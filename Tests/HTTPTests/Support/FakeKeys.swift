import Credentials
import Domain
import HTTPTypes
import Testing
import UseCases

@testable import HTTPCore

/// A key store that a test fills.
struct FakeKeys: APIKeyStore {
    private var rows: [APIKeyHash: APIKey] = [:]
    private static let now = Instant(milliseconds: 1_000_000)

    func find(_ hash: APIKeyHash) async throws(ServiceFailure) -> APIKeyReading? {
        rows[hash].map { APIKeyReading(key: $0, hash: hash, readAt: Self.now) }
    }

    var authenticator: KeyAuthenticator { KeyAuthenticator(keys: KeyRing(store: self)) }

    /// - Returns: the new key's text.
    mutating func add(
        _ name: String, _ scopes: Set<Scope>, hasExpired: Bool = false, isRevoked: Bool = false
    ) throws -> String {
        let secret = Self.secret()
        rows[secret.hash] = APIKey(
            name: try #require(APIKeyName(name)), scopes: scopes, createdAt: Instant(milliseconds: 0),
            expiresAt: hasExpired ? Self.now : nil, revokedAt: isRevoked ? Self.now : nil)
        return secret.text
    }

    /// An unknown key.
    static func secret() -> APIKeySecret {
        var random = SystemRandomNumberGenerator()
        return APIKeySecret(using: &random)
    }
}

extension HTTPFields {
    static func bearer(_ key: String) -> HTTPFields { [.authorization: "Bearer \(key)"] }
}
