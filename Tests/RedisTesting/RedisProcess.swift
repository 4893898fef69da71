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
/// - Parameters:
///   - stallLimit: long, so that a machine that builds meanwhile does not look like a dead server.
///   - prepare: what must be done with the client before it is started, such as adding hooks.
public func withRedis<Prepared>(
    _ server: RedisServer, stallLimit: Duration = .seconds(30), prepare: (RedisProcess) throws -> Prepared,
    _ body: (RedisProcess, Prepared) async throws -> Void
) async throws {
    var configuration = try RedisConfiguration(url: server.url)
    configuration.stallLimit = stallLimit
    let process = try RedisProcess(configuration)
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
public func withRedis(
    _ server: RedisServer, stallLimit: Duration = .seconds(30), _ body: (RedisProcess) async throws -> Void
) async throws {
    try await withRedis(server, stallLimit: stallLimit, prepare: { _ in }, { process, _ in try await body(process) })
}

/// Cuts the process's connection and lets it make no new one until the server is shown again.
public func cutOff(_ process: RedisProcess, from server: RedisServer, by admin: RedisProcess) async throws {
    server.hide()
    _ = try await admin.client.send(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"], timeout: .seconds(10))
    try await eventually("cut off") { !process.client.isConnected }
}
