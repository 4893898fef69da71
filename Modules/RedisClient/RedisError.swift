/// Why a command has no reply. Descriptions are terse and contain no key, value or password.
public enum RedisError: Error, Hashable, Sendable {
    /// There is no connection, or its handshake is not complete; the command was not sent.
    case notConnected
    /// The connection broke after the command was accepted; it is unknown whether the server ran it.
    case connectionLost(reason: String)
    /// No reply within the timeout. The server may still run the command.
    case timeout
    /// Too many commands, or bytes of them, are unanswered; the command was not sent.
    case overloaded
    /// The server answered with an error, for example `WRONGTYPE Operation against …`.
    case server(message: String)
    /// No connection could be made.
    case connectFailed(reason: String)
    /// The client was shut down; the command was not sent.
    case shutDown
    /// The reply does not have the form that the command promises.
    case unexpectedReply
    /// The URL is not valid; the reason names the part that is wrong and never quotes the password.
    case invalidURL(reason: String)
}

extension RedisError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notConnected: "redis: not connected"
        case .connectionLost(let reason): "redis: connection lost: \(reason)"
        case .timeout: "redis: timeout"
        case .overloaded: "redis: overloaded"
        // The first word is the error's code; what follows may quote keys.
        case .server(let message): "redis: server: \(message.prefix { $0 != " " })"
        case .connectFailed(let reason): "redis: connect failed: \(reason)"
        case .shutDown: "redis: shut down"
        case .unexpectedReply: "redis: unexpected reply"
        case .invalidURL(let reason): "redis: invalid URL: \(reason)"
        }
    }
}

extension RedisError {
    /// The server does not know the script: it was restarted, or `SCRIPT FLUSH` ran.
    var isMissingScript: Bool {
        if case .server(let message) = self { message.hasPrefix("NOSCRIPT") } else { false }
    }
}
