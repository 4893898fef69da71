/// The first row of a table: which column stands where. Columns come in any order; those nobody asked for are ignored.
/// Names are taken in any case, and without the blanks around them.
public struct CSVHeader: Equatable, Sendable {
    public let names: [String]
    private let places: [String: Int]

    /// - Throws: when a required column is missing or a name stands there twice.
    public init(_ row: CSVRow, required: [String]) throws(CSVError) {
        var places: [String: Int] = [:]
        let names = row.fields.map(Self.trimmed)
        // A column without a name is a spreadsheet's empty one; nobody can ask for it.
        for (index, name) in names.enumerated() where !name.isEmpty {
            guard places.updateValue(index, forKey: name) == nil else {
                throw CSVError(row: row.number, column: name, message: "the header names it twice")
            }
        }
        for name in required where places[name] == nil {
            throw CSVError(row: row.number, column: name, message: "the header lacks it")
        }
        self.names = names
        self.places = places
    }

    private static func trimmed(_ name: String) -> String {
        let text = name.drop(while: \.isWhitespace)
        return String(
            text.prefix(
                (text.lastIndex { !$0.isWhitespace }.map { text.distance(from: text.startIndex, to: $0) + 1 }) ?? 0)
        )
        .lowercased()
    }

    /// - Throws: when the row has more or fewer fields than the header.
    public func record(_ row: CSVRow) throws(CSVError) -> CSVRecord {
        guard row.fields.count == names.count else {
            throw CSVError(row: row.number, message: "\(row.fields.count) fields, the header has \(names.count)")
        }
        return CSVRecord(header: self, row: row)
    }

    /// Where a column stands, nil if the table has none of that name.
    public func place(of column: String) -> Int? { places[column] }

    /// The same fault, with the column's name where only its place was known.
    public func naming(_ error: CSVError) -> CSVError {
        guard error.column == nil, let index = error.columnIndex, names.indices.contains(index) else { return error }
        var named = error
        named.column = names[index]
        return named
    }
}

/// A row read by the names of its columns.
public struct CSVRecord: Sendable {
    let header: CSVHeader
    let row: CSVRow

    /// The line of the file on which the record begins, the header being 1.
    public var number: Int { row.number }

    /// The field, or nil where the table has no such column.
    public func text(_ column: String) -> String? {
        header.place(of: column).map { row.fields[$0] }
    }

    /// The field as a whole number in decimal digits.
    /// - Throws: when it is no number or not within `range`.
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

/// A type that one row of a table stands for.
public protocol CSVRowDecodable {
    static var requiredColumns: [String] { get }
    init(_ record: CSVRecord) throws(CSVError)
}
