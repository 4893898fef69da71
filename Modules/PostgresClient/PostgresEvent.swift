/// What an operator may want to log or count. Handlers run on the reactor's thread or a task's; they must not block.
public enum PostgresEvent: Sendable {
    /// A connection was made.
    case connected
    /// An attempt failed; the next comes after `retryAfter`, or, if that is `nil`, with the next caller.
    case connectFailed(PostgresError, retryAfter: Duration?)
    /// A connection of the client was lost.
    case connectionLost(PostgresError)
    /// The server said something that is not an error.
    case notice(PostgresNotice)
    /// A transaction was still open when its connection was returned, and was rolled back.
    case transactionLeftOpen
}

/// A notice or warning of the server.
public struct PostgresNotice: Sendable {
    /// `NOTICE`, `WARNING`, `INFO`, …, not translated.
    public var severity: String
    /// Five characters, such as `01000`.
    public var sqlState: String?
    /// The server's words. They may quote data.
    public var message: String
}

/// What came in on a channel.
public struct PostgresNotification: Sendable, Hashable {
    /// As it was named when it was sent.
    public var channel: String
    /// Empty if none was given; 8,000 bytes at most.
    public var payload: String
    /// The server process that sent it; compare it with `pg_backend_pid()` to know one's own.
    public var processID: Int32
}
