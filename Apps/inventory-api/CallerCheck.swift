import ArgumentParser
import Credentials
import DashboardRoutes
import HTTPCore
import Logging
import PostgresClient
import PostgresStores
import Programs
import Reactor
import ServiceLifecycle
import Settings
import Tokens
import UseCases

/// Authenticates callers as `AUTH_MODE` says, with the resources that this needs.
struct CallerCheck {
    let authenticator: any Authenticator
    /// Notices new keys that tokens are signed with.
    let upkeep: Upkeep
    /// The dashboard's sessions; nil when it needs no sign-in.
    let sessions: DashboardSessions?
    /// The connections that read keys; nil when callers need none.
    private let client: PostgresClient?
    private let thread: BlockingThread?

    /// - Parameters:
    ///   - limiter: counts what each caller asks; nil where it may ask as much as it likes.
    ///   - database: how to connect for look-ups by key.
    /// - Throws: an exit code, once standard error has been told which setting cannot be used.
    init(
        _ settings: AuthenticationSettings, limiter: (any RateLimiter)?, database: PostgresConfiguration,
        reactor: Reactor, logger: Logger
    ) async throws {
        guard settings.mode != .off else {
            authenticator = OpenAuthenticator()
            upkeep = Upkeep(keySet: nil)
            sessions = nil
            client = nil
            thread = nil
            return
        }
        // Of its own: a look-up that times out closes its connection, and no sale should be on that one.
        let client = PostgresClient(
            configuration: database, reactor: reactor, sharedConnections: 1, maximumConnections: 1,
            onEvent: { logger.notice("postgresql: \($0)") })
        let ring = KeyRing(store: PostgresAPIKeyStore(client: client))
        let sessions = DashboardSessions(store: PostgresDashboardSessions(client: client), keys: ring)
        self.sessions = sessions
        let keys = KeyAuthenticator(keys: ring)
        var authenticator: any Authenticator = keys
        var keySet: KeySetFile?
        var thread: BlockingThread?
        if let jwt = settings.jwt {
            let tokens = JWTVerifier(
                rules: TokenRules(issuer: jwt.issuer, audience: jwt.audience),
                secret: try await Self.secret(jwt.hs256Secret))
            if let path = jwt.jwksPath {
                let reader = BlockingThread(name: "key set")
                thread = reader
                keySet = try await Self.keySet(path, for: tokens, thread: reader, logger: logger)
                if jwt.audience == nil {
                    logger.warning("JWT_AUDIENCE is not set: whatever the issuer signs for anybody opens this server")
                }
            }
            authenticator = KeyOrTokenAuthenticator(keys: keys, tokens: tokens)
        }
        authenticator = SessionAuthenticator(authenticator, sessions: sessions)
        if let limiter { authenticator = RateLimitedAuthenticator(authenticator, limiter: limiter) }
        self.authenticator = authenticator
        upkeep = Upkeep(keySet: keySet)
        self.client = client
        self.thread = thread
    }

    /// Its connections, for metrics.
    var pools: [(name: String, client: PostgresClient)] { client.map { [("keys", $0)] } ?? [] }

    func shutdown() async {
        await client?.shutdown()
        thread?.shutdown()
    }

    private static func secret(_ text: String?) async throws -> TokenKey? {
        guard let text else { return nil }
        return try await TokenKey.secret(text)
    }

    private static func keySet(
        _ path: String, for tokens: JWTVerifier, thread: BlockingThread, logger: Logger
    ) async throws -> KeySetFile {
        let file = KeySetFile(path, for: tokens, thread: thread, logger: logger)
        do {
            try await file.load()
        } catch {
            writeToStandardError("error: JWT_JWKS \(error)")
            throw ExitCode.badSetting
        }
        return file
    }

    /// Watches the key set, if there is one, until the server ends.
    struct Upkeep: Service {
        let keySet: KeySetFile?

        func run() async throws {
            // A service that ends takes the others with it.
            guard let keySet else { return try await gracefulShutdown() }
            await cancelWhenGracefulShutdown { await keySet.watch() }
        }
    }
}
