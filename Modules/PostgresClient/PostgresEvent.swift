/// An event for logs and metrics. Handlers run on the reactor's thread or in a task; they must not block.
public enum PostgresEvent: Sendable {
    /// A connection was opened.
    case connected
    /// An attempt to connect failed. The next one follows after `retryAfter`, or, if that is `nil`, with the next caller.
    case connectFailed(PostgresError, retryAfter: Duration?)
    /// A connection of the client was lost.
    case connectionLost(PostgresError)
    /// The server sent a notice.
    case notice(PostgresNotice)
    /// A caller returned a connection with an open transaction, which was rolled back.
    case transactionLeftOpen
}

/// A notice or warning of the server.
public struct PostgresNotice: Sendable {
    /// `NOTICE`, `WARNING`, `INFO`, …, not translated.
    public var severity: String
    /// Five characters, such as `01000`.
    public var sqlState: String?
    /// The server's message. It may quote data.
    public var message: String
}

/// A notification on a channel.
public struct PostgresNotification: Sendable, Hashable {
    /// The channel's name, as it was sent.
    public var channel: String
    /// Empty if the sender gave none; at most 8,000 bytes.
    public var payload: String
    /// The server process that sent it; a session recognises its own by `pg_backend_pid()`.
    public var processID: Int32
}
