import Metrics
public import RedisClient

/// Shows whether there is a Redis at the moment, as of each call of `record`.
public struct RedisMetrics: Sendable {
    private let client: RedisClient
    private let connected = Gauge(label: "inventory_redis_connected")

    public init(_ client: RedisClient) {
        self.client = client
    }

    public func record() { connected.record(client.isConnected ? 1 : 0) }
}
