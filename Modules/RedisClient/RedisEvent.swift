/// A change of the connection, for logs and gauges.
public enum RedisEvent: Sendable {
    /// Handshake and hooks are done: commands are admitted.
    case connected
    /// The connection broke.
    case disconnected(reason: String, retryAfter: Duration)
    /// No connection could be made.
    case connectFailed(RedisError, retryAfter: Duration)
}
