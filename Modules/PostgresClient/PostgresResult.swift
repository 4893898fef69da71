import CLibPQ

/// The rows of one query, in libpq's memory.
///
/// `@unchecked Sendable`: this object owns the `PGresult`, which never changes, and any thread may read or free it.
public final class PostgresResult: @unchecked Sendable {
    private let handle: OpaquePointer
    @usableFromInline let types: [PostgresType]
    /// The number of rows.
    public let rowCount: Int
    /// The number of columns.
    public let columnCount: Int

    /// Takes ownership of the `PGresult`.
    package init(taking handle: OpaquePointer) {
        self.handle = handle
        rowCount = Int(PQntuples(handle))
        columnCount = Int(PQnfields(handle))
        types = (0..<PQnfields(handle)).map { PostgresType(rawValue: PQftype(handle, $0)) }
    }

    deinit { PQclear(handle) }

    /// Rows inserted, updated, deleted or selected; 0 for other commands.
    public var affectedRows: Int { PQcmdTuples(handle).flatMap { Int(String(cString: $0)) } ?? 0 }

    /// What the server did, such as `INSERT 0 1`. For COMMIT of a failed transaction it is `ROLLBACK`, without an error.
    public var commandTag: String { PQcmdStatus(handle).map { String(cString: $0) } ?? "" }

    /// All rows, in order.
    public var rows: PostgresRows { PostgresRows(result: self) }

    /// The row at `index`; traps outside `0..<rowCount`.
    public func row(_ index: Int) -> PostgresRow {
        precondition(index >= 0 && index < rowCount, "row \(index) of \(rowCount)")
        return PostgresRow(result: self, index: index)
    }

    /// The bytes of a value, `nil` for NULL. They are valid as long as the result. The caller must have checked the bounds.
    @usableFromInline
    func bytes(row: Int, column: Int) -> UnsafeRawBufferPointer? {
        let (row, column) = (CInt(truncatingIfNeeded: row), CInt(truncatingIfNeeded: column))
        let count = PQgetlength(handle, row, column)
        // NULL has length 0, so only an empty value must be distinguished from it.
        guard count > 0 || PQgetisnull(handle, row, column) == 0 else { return nil }
        return UnsafeRawBufferPointer(start: PQgetvalue(handle, row, column), count: Int(count))
    }

    @usableFromInline
    func nullFound(in column: Int) -> PostgresError {
        let name = PQfname(handle, CInt(truncatingIfNeeded: column)).map { String(cString: $0) }
        return PostgresError(.decoding, "column \(column) (\(name ?? "")) is NULL", wasSent: true)
    }

    @usableFromInline
    func noColumn(_ column: Int) -> PostgresError {
        PostgresError(.decoding, "column \(column) of \(columnCount)", wasSent: true)
    }
}

/// The rows of a result.
public struct PostgresRows: RandomAccessCollection, Sendable {
    let result: PostgresResult

    public var startIndex: Int { 0 }
    public var endIndex: Int { result.rowCount }

    /// Traps outside of the indices.
    public subscript(index: Int) -> PostgresRow { result.row(index) }
}
