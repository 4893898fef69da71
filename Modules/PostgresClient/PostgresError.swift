/// What went wrong, as far as it is known.
///
/// `description` is terse and safe to show: never SQL, parameters or the server's words. ``operatorDescription`` holds
/// everything, for the log.
public struct PostgresError: Error, Sendable {
    /// The kind of failure.
    public enum Code: Sendable, Hashable {
        /// The server refused a statement; ``PostgresError/sqlState`` says why. The connection goes on.
        case server
        /// The line broke, or the server ended the session (``PostgresError/sqlState`` is kept then).
        case connectionLost
        /// No connection could be made.
        case cannotConnect
        /// The time given for a call ran out; its connection was closed.
        case timeout
        /// No connection came free in the time given, or too many callers wait already.
        case poolExhausted
        /// The connection or the client was closed by its owner.
        case closed
        /// A value did not fit the Swift type it was read as.
        case decoding
        /// Something this client does not speak, or a request that cannot be sent.
        case protocolViolation
    }

    /// The kind of failure.
    public var code: Code
    /// The five characters of the SQL standard, such as `23505`.
    public var sqlState: String?
    /// The server's or libpq's words, or this client's.
    public var message: String
    /// The server's second sentence. It may quote data.
    public var detail: String?
    /// The server's advice.
    public var hint: String?
    /// The constraint that was violated.
    public var constraint: String?
    /// The table that the error is about.
    public var table: String?
    /// The column that the error is about.
    public var column: String?
    /// Which query of the pipeline failed, from 0.
    public var queryIndex: Int?
    /// False only if it is certain that no byte of the pipeline was handed to the server, so that a retry cannot do
    /// anything twice.
    public var wasSent: Bool
    /// Where the failed call was made.
    public var file: String
    /// The line in ``file``.
    public var line: Int

    /// An error of this client's own, or one for a test double to throw; `file` and `line` are the caller's.
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

    /// True for states that the same transaction may not meet a second time: 40 (serialization failure, deadlock), 53
    /// (resources), 55 (lock not available), 57 (operator intervention). It says nothing about a lost line: there, only
    /// ``wasSent`` tells whether a retry is safe.
    public var isRetryableClass: Bool {
        switch sqlStateClass {
        case "40", "53", "55", "57": true
        default: false
        }
    }

    /// Everything that is known, for the operator's log; the server's words may quote data.
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
