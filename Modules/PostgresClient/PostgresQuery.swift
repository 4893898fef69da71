import Synchronization

/// SQL that is prepared once on each connection that uses it.
///
/// Make it a `static let`: every value has its own identity, and a connection never discards a prepared statement.
public struct PostgresStatement: Sendable, Hashable {
    private static let nextIdentity = Atomic<Int>(1)

    let identity: Int
    /// The text, with `$1`, `$2` … for parameters.
    public let sql: String

    /// Takes SQL with `$1`, `$2` … for parameters. Sends nothing.
    public init(_ sql: String) {
        identity = Self.nextIdentity.add(1, ordering: .relaxed).oldValue
        self.sql = sql
    }

    public static func == (left: Self, right: Self) -> Bool { left.identity == right.identity }

    public func hash(into hasher: inout Hasher) { hasher.combine(identity) }
}

/// A statement with its parameters.
public struct PostgresQuery: Sendable {
    let statement: PostgresStatement
    let parameters: PostgresParameters

    /// `build` appends the parameters in order. They should have the same types in each query of a statement; a query with
    /// other types is sent unprepared.
    public init(_ statement: PostgresStatement, _ build: (inout PostgresParameters) -> Void = { _ in }) {
        var parameters = PostgresParameters()
        build(&parameters)
        self.statement = statement
        self.parameters = parameters
    }
}
