import Metrics

/// A gauge that shows whether a client is connected, as of each call of `record`.
public struct RedisMetrics: Sendable {
    private let client: RedisClient
    private let connected: Gauge

    /// - Parameter label: the gauge's name.
    public init(_ client: RedisClient, label: String) {
        self.client = client
        connected = Gauge(label: label)
    }

    /// Sets the gauge: 1 while the client is connected, otherwise 0.
    public func record() { connected.record(client.isConnected ? 1 : 0) }
}
