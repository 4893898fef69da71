import Credentials
import HTTP
import Persistence
import PostgresClient
import Reactor
import Settings

/// Who may call, as `AUTH_MODE` says, and what it takes to find out.
struct CallerCheck {
    let authenticator: any Authenticator
    /// The connections that keys are read on; nil when nobody is asked for one.
    private let client: PostgresClient?

    /// - Parameters:
    ///   - limit: how much each key may call; nil for as much as it likes.
    ///   - database: how to connect for look-ups by key.
    init(
        _ settings: AuthenticationSettings, limit: RateLimitSettings?, database: PostgresConfiguration,
        reactor: Reactor,
        onEvent: @escaping @Sendable (PostgresEvent) -> Void
    ) {
        guard settings.mode != .off else {
            authenticator = OpenAuthenticator()
            client = nil
            return
        }
        // Of its own: a look-up that times out closes its connection, and no sale should be on that one.
        let client = PostgresClient(
            configuration: database, reactor: reactor, sharedConnections: 1, maximumConnections: 1, onEvent: onEvent)
        let keys = KeyAuthenticator(keys: KeyRing(store: PostgresAPIKeyStore(client: client)))
        authenticator =
            if let limit {
                RateLimitedAuthenticator(keys, perSecond: limit.perSecond, burst: limit.burst)
            } else { keys }
        self.client = client
    }

    func shutdown() async {
        await client?.shutdown()
    }
}
