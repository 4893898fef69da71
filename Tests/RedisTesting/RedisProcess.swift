public import Reactor
public import RedisClient

/// What one process of the system has to do with Redis: its reactor, its connecting thread and its client. Several of
/// them in a test are several processes to the server.
public final class RedisProcess: Sendable {
    public let reactor: Reactor
    public let client: RedisClient
    private let connector: BlockingThread

    public init(
        _ configuration: RedisConfiguration, onEvent: @escaping @Sendable (RedisEvent) -> Void = { _ in }
    ) throws {
        reactor = try Reactor(name: "redis-test")
        connector = BlockingThread(name: "redis-connect")
        client = RedisClient(configuration: configuration, reactor: reactor, connector: connector, onEvent: onEvent)
    }

    /// Connects, and returns when commands pass.
    public func connect() async throws {
        await client.start()
        try await eventually("connected") { client.isConnected }
    }

    /// Ends the threads. Must be called, from outside of the reactor, or they live on.
    public func shutdown() async {
        await client.shutdown()
        reactor.shutdown()
        connector.shutdown()
    }
}

/// Runs `body` with a connected client of the server, shut down afterwards.
/// - Parameter prepare: what must be done with the client before it is started, such as adding hooks.
public func withRedis<Prepared>(
    _ server: RedisServer, prepare: (RedisProcess) throws -> Prepared,
    _ body: (RedisProcess, Prepared) async throws -> Void
) async throws {
    let process = try RedisProcess(RedisConfiguration(url: server.url))
    let prepared: Prepared
    do {
        prepared = try prepare(process)
        try await process.connect()
        try await body(process, prepared)
    } catch {
        await process.shutdown()
        throw error
    }
    await process.shutdown()
}

/// Runs `body` with a connected client of the server.
public func withRedis(_ server: RedisServer, _ body: (RedisProcess) async throws -> Void) async throws {
    try await withRedis(server, prepare: { _ in }, { process, _ in try await body(process) })
}
