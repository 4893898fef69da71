public import UseCases

/// What became of a look for a key.
public enum KeyLookupResult: Hashable, Sendable {
    case active(APIKey)
    case unknown
    case expired(APIKeyName)
    case revoked(APIKeyName)
}
