/// The server's address, the credentials, and the limits of a connection.
public struct RedisConfiguration: Sendable {
    /// Where the server listens.
    public enum Address: Hashable, Sendable {
        case tcp(host: String, port: Int)
        case unix(path: String)
    }

    public var address: Address
    public var username: String?
    public var password: String?
    /// The number for `SELECT`.
    public var database: Int

    /// How long one attempt to connect may take, for each address of the host's name. Resolving the name is not included.
    public var connectTimeout: Duration = .seconds(1)

    /// A connection with unanswered commands that is silent for this long counts as dead and is replaced. Longer than any
    /// command here takes (a script of 200 records is a millisecond), shorter than callers are willing to wait.
    public var stallLimit: Duration = .seconds(1)

    /// How many commands may be unanswered before new ones are refused: a second's worth at full load, so that memory is
    /// bounded while the server stalls.
    public var maximumOutstandingCommands = 10_000

    /// How many bytes of commands may be unanswered before new ones are refused.
    public var maximumOutstandingBytes = 64 << 20

    public init(address: Address, username: String? = nil, password: String? = nil, database: Int = 0) {
        self.address = address
        self.username = username
        self.password = password
        self.database = database
    }

    /// The first commands on a connection. A server that still loads its data fails the ping; then the client tries again
    /// later, and callers' commands do not fail one by one.
    var handshake: [RedisCommand] {
        var commands: [RedisCommand] = []
        if let password {
            if let username {
                commands.append(["AUTH", .text(username), .text(password)])
            } else {
                commands.append(["AUTH", .text(password)])
            }
        }
        if database != 0 { commands.append(["SELECT", .text(String(database))]) }
        commands.append(["PING"])
        return commands
    }
}
