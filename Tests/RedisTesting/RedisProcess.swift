public import Reactor
public import RedisClient

/// The Redis side of one process of the system: a reactor, a connecting thread and a client. Several of them in a test are
/// several processes to the server.
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

    /// Connects, and returns when commands are admitted.
    public func connect() async throws {
        await client.start()
        try await eventually("connected") { client.isConnected }
    }

    /// Ends the threads. Must be called, and not on the reactor's thread.
    public func shutdown() async {
        await client.shutdown()
        reactor.shutdown()
        connector.shutdown()
    }
}

/// Runs `body` with a connected client of the server, shut down afterwards.
/// - Parameters:
///   - stallLimit: long, so that a busy machine does not look like a dead server.
///   - prepare: runs before the client is started, for example to add hooks.
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

/// Closes the process's connection and prevents a new one until `show()` of the server.
public func disconnect(_ process: RedisProcess, from server: RedisServer, by admin: RedisProcess) async throws {
    server.hide()
    _ = try await admin.client.send(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"], timeout: .seconds(10))
    try await eventually("cut off") { !process.client.isConnected }
}
