/// A new connection while only its hooks may use it (``RedisClient/whenConnected(_:)``).
public struct RedisSession: Sendable {
    let client: RedisClient
    let generation: Int

    /// Like ``RedisClient/run(_:_:timeout:)``, before callers' commands are admitted.
    public func run(
        _ script: RedisScript, _ call: RedisCommand, timeout: Duration
    ) async throws(RedisError) -> RedisValue {
        try await client.run(script, call, from: .hook(generation), timeout: timeout)
    }

    /// Like ``RedisClient/send(_:timeout:)``, before callers' commands are admitted.
    public func send(_ command: RedisCommand, timeout: Duration) async throws(RedisError) -> RedisValue {
        try await client.send(command, from: .hook(generation), timeout: timeout)
    }
}
