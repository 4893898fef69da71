/// Where the server is, who we are there, and the bounds of a connection.
public struct RedisConfiguration: Sendable {
    /// Where the server listens.
    public enum Address: Hashable, Sendable {
        case tcp(host: String, port: Int)
        case unix(path: String)
    }

    public var address: Address
    public var username: String?
    public var password: String?
    /// The number that `SELECT` gets.
    public var database: Int

    /// How long one attempt to connect may take, for each address that the host's name has. Resolving the name comes on
    /// top, in the resolver's own time.
    public var connectTimeout: Duration = .seconds(1)

    /// Commands are unanswered and nothing has come for so long: the connection counts as dead and is made anew. Longer
    /// than any command here takes (a script of 200 records is a millisecond), shorter than callers' patience.
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

    /// What is sent first on a connection. The ping makes a server that still loads its data fail here, where we come
    /// again later, and not in every command.
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
