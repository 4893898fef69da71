/// One row. Read its columns from left to right with ``next(as:)``, or by number. It retains the whole result.
public struct PostgresRow: Sendable {
    @usableFromInline let result: PostgresResult
    @usableFromInline let index: Int
    @usableFromInline var column = 0

    init(result: PostgresResult, index: Int) {
        self.result = result
        self.index = index
    }

    /// The next column, which must not be NULL.
    @inlinable
    public mutating func next<T: PostgresDecodable>(as type: T.Type = T.self) throws(PostgresError) -> T {
        defer { column += 1 }
        return try value(column, as: type)
    }

    /// The next column, `nil` for NULL.
    @inlinable
    public mutating func nextOptional<T: PostgresDecodable>(as type: T.Type = T.self) throws(PostgresError) -> T? {
        defer { column += 1 }
        return try optionalValue(column, as: type)
    }

    /// Skips the next column.
    public mutating func skip() { column += 1 }

    /// Column `column`, from 0, which must not be NULL.
    ///
    /// - Throws: ``PostgresError/Code/decoding``.
    @inlinable
    public func value<T: PostgresDecodable>(_ column: Int, as type: T.Type = T.self) throws(PostgresError) -> T {
        guard let value: T = try optionalValue(column, as: type) else {
            throw result.nullFound(in: column)
        }
        return value
    }

    /// Column `column`, from 0, `nil` for NULL.
    ///
    /// - Throws: ``PostgresError/Code/decoding``.
    @inlinable
    public func optionalValue<T: PostgresDecodable>(
        _ column: Int,
        as type: T.Type = T.self
    ) throws(PostgresError) -> T? {
        guard column >= 0, column < result.columnCount else {
            throw result.noColumn(column)
        }
        guard let bytes = result.bytes(row: index, column: column) else { return nil }
        return try T.decode(bytes, type: result.types[column])
    }
}
