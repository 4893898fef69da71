extension RedisConfiguration {
    /// The port when the URL names none.
    static let defaultPort = 6379
    /// A bound against typing errors: servers have 16 databases unless configured otherwise.
    static let highestDatabase = 65_535

    /// Reads `redis://[[user]:password@]host[:port][/db]` or `unix:///path[?db=0&user=u&password=p]`; user, password and
    /// path may be percent-encoded.
    /// - Throws: ``RedisError/invalidURL(reason:)``, which says what part is wrong.
    public init(url: String) throws(RedisError) {
        guard let colon = url.firstRange(of: "://") else {
            throw .invalidURL(reason: "it must begin with redis:// or unix://")
        }
        let rest = url[colon.upperBound...]
        switch url[..<colon.lowerBound].lowercased() {
        case "redis": try self.init(tcp: rest)
        case "unix": try self.init(unix: rest)
        case "rediss": throw .invalidURL(reason: "rediss:// (TLS) is not supported; use a TLS tunnel or redis://")
        default: throw .invalidURL(reason: "it must begin with redis:// or unix://")
        }
    }

    private init(tcp text: Substring) throws(RedisError) {
        guard !text.contains("?"), !text.contains("#") else {
            throw .invalidURL(reason: "a redis:// URL has no query; the database goes in the path, as in /0")
        }
        let slash = text.firstIndex(of: "/") ?? text.endIndex
        let authority = text[..<slash]
        let at = authority.lastIndex(of: "@")
        let hostAndPort = at.map { authority[authority.index(after: $0)...] } ?? authority
        let (host, port) = try Self.hostAndPort(hostAndPort)
        self.init(address: .tcp(host: host, port: port))
        if let at {
            let credentials = authority[..<at]
            // Without a colon, a user cannot be distinguished from a password.
            guard let colon = credentials.firstIndex(of: ":") else {
                throw .invalidURL(reason: "write the password as :password@host")
            }
            username = try Self.decoded(credentials[..<colon], name: "user")
            password = try Self.decoded(credentials[credentials.index(after: colon)...], name: "password")
        }
        if slash < text.endIndex, text.index(after: slash) < text.endIndex {
            database = try Self.database(text[text.index(after: slash)...])
        }
    }

    private init(unix text: Substring) throws(RedisError) {
        let question = text.firstIndex(of: "?") ?? text.endIndex
        guard let path = try Self.decoded(text[..<question], name: "socket path"), path.hasPrefix("/") else {
            throw .invalidURL(reason: "the socket's path must be absolute, as in unix:///run/redis.sock")
        }
        // The kernel's sockaddr_un holds 108 bytes with the NUL; hiredis would truncate a longer path.
        guard path.utf8.count < 108 else { throw .invalidURL(reason: "the socket's path is longer than 107 bytes") }
        self.init(address: .unix(path: path))
        guard question < text.endIndex else { return }
        for pair in text[text.index(after: question)...].split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? parts[1] : ""
            switch parts[0] {
            case "db": database = try Self.database(value)
            case "user": username = try Self.decoded(value, name: "user")
            case "password": password = try Self.decoded(value, name: "password")
            default: throw .invalidURL(reason: "only the parameters db, user and password are known")
            }
        }
    }

    private static func hostAndPort(_ text: Substring) throws(RedisError) -> (String, Int) {
        var host = text
        var port: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw .invalidURL(reason: "the host's ] is missing") }
            host = text[text.index(after: text.startIndex)..<end]
            let after = text[text.index(after: end)...]
            guard after.isEmpty || after.first == ":" else {
                throw .invalidURL(reason: "only :port may follow the host's ]")
            }
            port = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        guard let name = try decoded(host, name: "host") else { throw .invalidURL(reason: "the host is missing") }
        guard let port else { return (name, defaultPort) }
        guard let number = Int(port), (1...65_535).contains(number) else {
            throw .invalidURL(reason: "the port must be a number from 1 to 65535")
        }
        return (name, number)
    }

    private static func database(_ text: Substring) throws(RedisError) -> Int {
        guard let number = Int(text), (0...highestDatabase).contains(number) else {
            throw .invalidURL(reason: "the database must be a number from 0 to \(highestDatabase)")
        }
        return number
    }

    /// The text with `%XX` resolved; nil when it is empty.
    private static func decoded(_ text: Substring, name: String) throws(RedisError) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let text = String(digits), let value = UInt8(text, radix: 16), value != 0 else {
                throw .invalidURL(reason: "the \(name) has a % that is not followed by two hex digits")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard !bytes.isEmpty else { return nil }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw .invalidURL(reason: "the \(name) is not UTF-8")
        }
        return decoded
    }
}
