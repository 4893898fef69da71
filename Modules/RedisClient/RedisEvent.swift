/// What happens to the connection, for logs and gauges.
public enum RedisEvent: Sendable {
    /// Handshake and hooks are done: commands pass.
    case connected
    /// There was a connection, and it broke.
    case disconnected(reason: String, retryAfter: Duration)
    /// No connection could be made.
    case connectFailed(RedisError, retryAfter: Duration)
}
