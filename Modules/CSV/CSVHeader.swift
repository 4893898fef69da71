/// The first row of a table: the names of its columns. Columns may come in any order; unknown ones are ignored. Names are
/// case-insensitive, and spaces around them are ignored.
public struct CSVHeader: Equatable, Sendable {
    public let names: [String]
    private let indices: [String: Int]

    /// - Throws: if a required column is missing or a name occurs twice.
    public init(_ row: CSVRow, required: [String]) throws(CSVError) {
        var indices: [String: Int] = [:]
        let names = row.fields.map(Self.trimmed)
        // A column without a name is an empty one of a spreadsheet.
        for (index, name) in names.enumerated() where !name.isEmpty {
            guard indices.updateValue(index, forKey: name) == nil else {
                throw CSVError(row: row.number, column: name, message: "the header names it twice")
            }
        }
        for name in required where indices[name] == nil {
            throw CSVError(row: row.number, column: name, message: "the header lacks it")
        }
        self.names = names
        self.indices = indices
    }

    private static func trimmed(_ name: String) -> String {
        let text = name.drop(while: \.isWhitespace)
        return String(
            text.prefix(
                (text.lastIndex { !$0.isWhitespace }.map { text.distance(from: text.startIndex, to: $0) + 1 }) ?? 0)
        )
        .lowercased()
    }

    /// - Throws: if the row has more or fewer fields than the header.
    public func record(_ row: CSVRow) throws(CSVError) -> CSVRecord {
        guard row.fields.count == names.count else {
            throw CSVError(row: row.number, message: "\(row.fields.count) fields, the header has \(names.count)")
        }
        return CSVRecord(header: self, row: row)
    }

    /// The index of a column; nil if the table has no column of that name.
    public func index(of column: String) -> Int? { indices[column] }

    /// The same error with the column's name, if only its index was known.
    public func naming(_ error: CSVError) -> CSVError {
        guard error.column == nil, let index = error.columnIndex, names.indices.contains(index) else { return error }
        var named = error
        named.column = names[index]
        return named
    }
}

/// A row whose fields are read by the names of their columns.
public struct CSVRecord: Sendable {
    let header: CSVHeader
    let row: CSVRow

    /// The line on which the record begins; the header is line 1.
    public var number: Int { row.number }

    /// The field, or nil if the table has no such column.
    public func text(_ column: String) -> String? {
        header.index(of: column).map { row.fields[$0] }
    }

    /// The field as a decimal integer.
    /// - Throws: if it is not a number or not within `range`.
    public func integer(_ column: String, in range: ClosedRange<Int>) throws(CSVError) -> Int {
        guard let number = Int(text(column) ?? ""), range.contains(number) else {
            throw fault(column, "must be a whole number of \(range.lowerBound) ... \(range.upperBound)")
        }
        return number
    }

    /// An error that names this row and the column.
    public func fault(_ column: String, _ message: String) -> CSVError {
        CSVError(row: number, column: column, message: message)
    }
}

/// A type that is decoded from one row of a table.
public protocol CSVRowDecodable {
    static var requiredColumns: [String] { get }
    init(_ record: CSVRecord) throws(CSVError)
}
