public import UseCases

/// The result of a key lookup.
public enum KeyLookupResult: Hashable, Sendable {
    case active(APIKey)
    case unknown
    case expired(APIKeyName)
    case revoked(APIKeyName)
}
