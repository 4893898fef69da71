/// A fault in a CSV text, with the place where it was found.
public struct CSVError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file's path as it was given; nil where the bytes came from elsewhere, such as a request's body.
    public var file: String?
    /// The line on which the row begins; the header is line 1. Zero if the fault is not in a row.
    public var row: Int
    /// The name of the column; nil if the fault concerns the whole row or the header is not known yet.
    public var column: String?
    /// The column's index, from 0. A reader without a header knows only this.
    public var columnIndex: Int?
    public var message: String

    public init(
        file: String? = nil,
        row: Int,
        column: String? = nil,
        columnIndex: Int? = nil,
        message: String
    ) {
        self.file = file
        self.row = row
        self.column = column
        self.columnIndex = columnIndex
        self.message = message
    }

    /// One line: `stock.csv: row 7: column sku: …`.
    public var description: String {
        var parts: [String] = []
        if let file { parts.append(file) }
        if row > 0 { parts.append("row \(row)") }
        if let column {
            parts.append("column \(column)")
        } else if let columnIndex {
            parts.append("column \(columnIndex + 1)")
        }
        parts.append(message)
        return parts.joined(separator: ": ")
    }
}
