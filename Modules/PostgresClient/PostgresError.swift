/// An error of the server, of libpq or of this client.
///
/// `description` is terse and safe to show: it never contains SQL, parameters or the server's message. The log may have
/// ``operatorDescription``, which contains everything.
public struct PostgresError: Error, Sendable {
    /// The kind of failure.
    public enum Code: Sendable, Hashable {
        /// The server refused a statement; see ``PostgresError/sqlState``. The connection stays usable.
        case server
        /// The connection broke, or the server ended the session (then ``PostgresError/sqlState`` is set).
        case connectionLost
        /// No connection could be opened.
        case cannotConnect
        /// The call took longer than its timeout; its connection was closed.
        case timeout
        /// No connection became available in time, or too many callers were waiting.
        case poolExhausted
        /// The connection or the client was closed by its owner.
        case closed
        /// A value did not match the requested Swift type.
        case decoding
        /// The server's answer is not supported by this client, or the request cannot be sent.
        case protocolViolation
    }

    /// The kind of failure.
    public var code: Code
    /// The five characters of the SQL standard, such as `23505`.
    public var sqlState: String?
    /// The message of the server, of libpq or of this client.
    public var message: String
    /// The server's detail message. It may quote data.
    public var detail: String?
    /// The server's hint.
    public var hint: String?
    /// The constraint that was violated.
    public var constraint: String?
    /// The table that the error is about.
    public var table: String?
    /// The column that the error is about.
    public var column: String?
    /// Which query of the pipeline failed, from 0.
    public var queryIndex: Int?
    /// False only if certainly no byte of the request was sent, so that a retry cannot do anything twice.
    public var wasSent: Bool
    /// Where the failed call was made.
    public var file: String
    /// The line in ``file``.
    public var line: Int

    /// Creates an error of this client, or of a test double. `file` and `line` are the caller's.
    public init(
        _ code: Code,
        _ message: String,
        sqlState: String? = nil,
        wasSent: Bool = false,
        file: String = #fileID,
        line: Int = #line
    ) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.wasSent = wasSent
        self.file = file
        self.line = line
    }

    /// The first two characters of ``sqlState``: `23` for a violated constraint, `40` for a rolled back transaction.
    public var sqlStateClass: String? { sqlState.map { String($0.prefix(2)) } }

    /// True for states after which the same transaction may succeed: 40 (serialization failure, deadlock), 53 (resources),
    /// 55 (lock not available), 57 (operator intervention). After the loss of a connection, only ``wasSent`` shows whether a
    /// retry is safe.
    public var isRetryableClass: Bool {
        switch sqlStateClass {
        case "40", "53", "55", "57": true
        default: false
        }
    }

    /// All fields, for the log. The server's messages may quote data.
    public var operatorDescription: String {
        var text = "\(self): \(message)"
        let parts: [(String, String?)] = [
            ("detail", detail), ("hint", hint), ("constraint", constraint), ("table", table), ("column", column),
            ("query", queryIndex.map(String.init)),
        ]
        for (name, value) in parts {
            if let value { text += " \(name)=\(value)" }
        }
        return text + " sent=\(wasSent) at \(file):\(line)"
    }
}

extension PostgresError: CustomStringConvertible {
    public var description: String {
        sqlState.map { "PostgresError(\(code) \($0))" } ?? "PostgresError(\(code))"
    }
}

extension PostgresError {
    func with(wasSent: Bool) -> PostgresError {
        var error = self
        error.wasSent = wasSent
        return error
    }

    func at(file: String, line: Int) -> PostgresError {
        var error = self
        error.file = file
        error.line = line
        return error
    }
}
