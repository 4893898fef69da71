import Crypto
import FoundationEssentials
import Synchronization
public import UseCases

/// Verifies JSON Web Tokens (RFC 7519) signed with HS256, RS256 or ES256. It uses its own keys only.
public final class JWTVerifier: TokenVerifier {
    private struct State {
        /// The keys of the current key set.
        var keys: [TokenKey] = []
        /// Counts the key sets.
        var generation = 0
        var verified = VerifiedTokens()
    }

    private let rules: TokenRules
    private let secret: TokenKey?
    private let now: @Sendable () -> Double
    private let state = Mutex(State())

    /// - Parameter secret: the key of HS256; nil to refuse HS256.
    public convenience init(rules: TokenRules, secret: TokenKey?) {
        self.init(rules: rules, secret: secret) { Date().timeIntervalSince1970 }
    }

    /// - Parameter now: seconds since 1970.
    init(rules: TokenRules, secret: TokenKey?, now: @escaping @Sendable () -> Double) {
        self.rules = rules
        self.secret = secret
        self.now = now
    }

    public func verify(_ token: String) throws(TokenRefusal) -> TokenCaller {
        let hash = SHA256.hash(data: Array(token.utf8))
        let now = now()
        let (known, keys, generation) = state.withLock { state in
            (state.verified.find(hash, now: now), state.keys, state.generation)
        }
        if let known { return known }
        let parts = try CompactToken(token)
        guard try key(for: parts.header, among: keys).verifies(parts) else {
            throw TokenRefusal("the token's signature is not the key's")
        }
        let (caller, expiresAt) = try rules.caller(TokenClaims(parts.payload), now: now)
        state.withLock { state in
            // The key set may have been replaced meanwhile.
            guard state.generation == generation else { return }
            state.verified.insert(hash, caller, expiresAt: expiresAt, now: now)
        }
        return caller
    }

    /// Replaces the key set. Tokens that were verified with an earlier key set are verified again.
    func replace(_ keySet: KeySet) {
        state.withLock { state in
            state.keys = keySet.keys
            state.generation += 1
            state.verified = VerifiedTokens()
        }
    }

    private func key(for header: TokenHeader, among keys: [TokenKey]) throws(TokenRefusal) -> TokenKey {
        let algorithm = header.algorithm
        guard algorithm != .hs256 else {
            // There is one secret, so its `kid` does not matter.
            guard let secret else { throw TokenRefusal("the token is signed with HS256, and there is no secret") }
            return secret
        }
        let matching = keys.filter { $0.algorithm == algorithm }
        if let id = header.keyID {
            guard let key = matching.first(where: { $0.id == id }) else {
                throw TokenRefusal("the key set has no \(algorithm.rawValue) key of the token's `kid`")
            }
            return key
        }
        guard let only = matching.first, matching.count == 1 else {
            throw TokenRefusal("the token has no `kid`, and the key set has not exactly one \(algorithm.rawValue) key")
        }
        return only
    }
}
