internal import ArgumentParser

/// How callers of the API are authenticated.
public struct AuthenticationSettings: Sendable {
    public enum Mode: String, Sendable, CaseIterable {
        case keys
        case keysAndJWT = "keys+jwt"
        case off
    }

    /// What JWTs are verified with.
    public struct JWT: Sendable {
        /// The secret's minimum length: that of the hash (RFC 7518, section 3.2).
        static let secretByteMinimum = 32

        /// The shared secret of HS256, 32 bytes or more; never log it.
        public let hs256Secret: String?
        /// A file with a JSON Web Key Set, for RS256 and ES256.
        public let jwksPath: String?
        public let issuer: String?
        public let audience: String?
    }

    public let mode: Mode
    /// Present only in the mode `keys+jwt`; other modes ignore its settings.
    public let jwt: JWT?

    /// Throws if authentication is off and other machines could call.
    public init(_ source: SettingsSource, http: HTTPSettings) throws(SettingsError) {
        mode = try source.choice(.authMode, default: .keys)
        if mode == .off, !http.isLoopback {
            throw SettingsError(
                .authMode,
                "must not be off when HTTP_HOST is \(quoted(http.host)): only on a loopback address"
            )
        }
        guard mode == .keysAndJWT else {
            jwt = nil
            return
        }
        let secret = try source.text(.jwtHS256Secret)
        let keySet = try source.text(.jwtJWKS)
        guard secret != nil || keySet != nil else {
            throw SettingsError(.authMode, "is keys+jwt, so JWT_HS256_SECRET or JWT_JWKS is required")
        }
        if let secret, secret.utf8.count < JWT.secretByteMinimum {
            throw SettingsError(.jwtHS256Secret, "must have \(JWT.secretByteMinimum) bytes or more")
        }
        jwt = JWT(
            hs256Secret: secret,
            jwksPath: keySet,
            issuer: try source.text(.jwtIssuer),
            audience: try source.text(.jwtAudience)
        )
    }
}

public struct AuthenticationOptions: SettingsOptions {
    @Option(.authMode, "Who may call: keys, keys+jwt, or off on loopback (default: keys).", value: "mode") var mode
    @Option(.jwtHS256Secret, "The shared secret of HS256, 32 bytes or more.", value: "secret") var secret
    @Option(SettingName.jwtHS256Secret.file, "A file that holds the secret.", value: "file") var secretFile
    @Option(.jwtJWKS, "A file with a JSON Web Key Set.", value: "file") var keySet
    @Option(.jwtIssuer, "The issuer that a JWT must have.", value: "issuer") var issuer
    @Option(.jwtAudience, "The audience that a JWT must have.", value: "audience") var audience

    public init() {}

    public var given: [(name: SettingName, value: String?)] {
        [
            (.authMode, mode), (.jwtHS256Secret, secret), (SettingName.jwtHS256Secret.file, secretFile),
            (.jwtJWKS, keySet), (.jwtIssuer, issuer), (.jwtAudience, audience),
        ]
    }
}
