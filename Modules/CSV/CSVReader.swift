/// The fields of one row.
public struct CSVRow: Equatable, Sendable {
    /// The line on which the row begins, from 1.
    public var number: Int
    public var fields: [String]

    public init(number: Int, fields: [String]) {
        self.number = number
        self.fields = fields
    }
}

/// Reads RFC 4180: bytes in, rows out. It does no I/O and buffers the current row only.
///
/// It also accepts LF for CRLF, a UTF-8 byte order mark, a last line without a line end, empty lines (which it skips), and
/// the formats of spreadsheets in countries with a decimal comma: semicolons or tabs between the fields, and a first line
/// `sep=;`. The first comma, semicolon or tab outside quotes determines the delimiter.
/// It refuses a quote inside an unquoted field, text after a closing quote, a lone CR outside quotes, an open quote at the
/// end, bytes that are not UTF-8, and fields or rows beyond the limits. After an error the reader ignores all input.
public struct CSVReader: Sendable {
    /// Far above any name or description; a missing quote must not collect a whole file in one field.
    public static let maximumFieldBytes = 65_536
    /// Ten times the columns of the widest table.
    public static let maximumFields = 256

    private enum State {
        /// Before a field's first byte. Can transition to: unquoted, quoted, carriageReturn, fieldStart.
        case fieldStart
        /// Can transition to: fieldStart, carriageReturn.
        case unquoted
        /// Can transition to: quoteInQuoted.
        case quoted
        /// After a quote that either ends the field or is the first of two. Can transition to: quoted, fieldStart,
        /// carriageReturn.
        case quoteInQuoted
        /// Can transition to: fieldStart.
        case carriageReturn
        /// Final.
        case failed
    }

    private static let delimiters: Set<UInt8> = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The character between fields; nil until the first one has been read.
    public private(set) var delimiter: UInt8?
    private var state = State.fieldStart
    private var line = 1
    private var rowNumber = 1
    private var fields: [String] = []
    private var field: [UInt8] = []
    private var isRowQuoted = false
    /// How many bytes of a byte order mark have been read; nil once the text has begun.
    private var matchedMark: Int? = 0

    public init() {}

    /// Reads the next piece of the text, which may be cut anywhere.
    /// - Throws: the first fault; the rows before it are in `rows` nevertheless.
    public mutating func read(_ bytes: Span<UInt8>, into rows: inout [CSVRow]) throws(CSVError) {
        for index in bytes.indices {
            let byte = bytes[index]
            if let matched = matchedMark {
                if byte == Self.byteOrderMark[matched] {
                    matchedMark = matched + 1 == Self.byteOrderMark.count ? nil : matched + 1
                    continue
                }
                try endMark(matched, into: &rows)
            }
            try take(byte, into: &rows)
        }
    }

    /// Ends the text, and appends the last row if it had no line end.
    public mutating func finish(into rows: inout [CSVRow]) throws(CSVError) {
        if let matched = matchedMark { try endMark(matched, into: &rows) }
        switch state {
        case .fieldStart, .unquoted, .quoteInQuoted: try endRow(into: &rows)
        case .quoted: throw fault("the quoted field has no end")
        case .carriageReturn: throw fault("a carriage return without a line feed")
        case .failed: break
        }
    }

    /// The bytes that looked like a byte order mark are text.
    private mutating func endMark(_ matched: Int, into rows: inout [CSVRow]) throws(CSVError) {
        matchedMark = nil
        for byte in Self.byteOrderMark.prefix(matched) { try take(byte, into: &rows) }
    }

    private mutating func take(_ byte: UInt8, into rows: inout [CSVRow]) throws(CSVError) {
        switch (state, byte) {
        case (.fieldStart, UInt8(ascii: "\"")):
            state = .quoted
            isRowQuoted = true
        case (.quoted, UInt8(ascii: "\"")):
            state = .quoteInQuoted
        case (.quoteInQuoted, UInt8(ascii: "\"")):
            state = .quoted
            try append(byte)
        case (.quoted, _):
            if byte == UInt8(ascii: "\n") { line += 1 }
            try append(byte)
        case (.fieldStart, let byte) where isDelimiter(byte), (.unquoted, let byte) where isDelimiter(byte),
            (.quoteInQuoted, let byte) where isDelimiter(byte):
            delimiter = byte
            try endField()
            state = .fieldStart
        case (.carriageReturn, UInt8(ascii: "\n")), (.fieldStart, UInt8(ascii: "\n")),
            (.unquoted, UInt8(ascii: "\n")), (.quoteInQuoted, UInt8(ascii: "\n")):
            try endRow(into: &rows)
            line += 1
            rowNumber = line
        case (.carriageReturn, _):
            throw fault("a carriage return without a line feed")
        case (.fieldStart, UInt8(ascii: "\r")), (.unquoted, UInt8(ascii: "\r")), (.quoteInQuoted, UInt8(ascii: "\r")):
            state = .carriageReturn
        case (.unquoted, UInt8(ascii: "\"")):
            throw fault("a quote inside an unquoted field")
        case (.quoteInQuoted, _):
            throw fault("text after the closing quote")
        case (.fieldStart, _), (.unquoted, _):
            state = .unquoted
            try append(byte)
        case (.failed, _):
            break
        }
    }

    private func isDelimiter(_ byte: UInt8) -> Bool {
        delimiter.map { $0 == byte } ?? Self.delimiters.contains(byte)
    }

    private mutating func append(_ byte: UInt8) throws(CSVError) {
        guard field.count < Self.maximumFieldBytes else {
            throw fault("the field is longer than \(Self.maximumFieldBytes) bytes")
        }
        field.append(byte)
    }

    private mutating func endField() throws(CSVError) {
        guard fields.count < Self.maximumFields else { throw fault("more than \(Self.maximumFields) fields") }
        guard let text = String(validating: field, as: UTF8.self) else { throw fault("not UTF-8") }
        fields.append(text)
        field.removeAll(keepingCapacity: true)
    }

    private mutating func endRow(into rows: inout [CSVRow]) throws(CSVError) {
        // An empty line is not a row; a line with one empty quoted field is.
        if !fields.isEmpty || !field.isEmpty || isRowQuoted {
            try endField()
            // A table with one column: later delimiters are text.
            delimiter = delimiter ?? UInt8(ascii: ",")
            if rowNumber > 1 || fields != ["sep=", ""] { rows.append(CSVRow(number: rowNumber, fields: fields)) }
        }
        let width = fields.count
        fields = []
        fields.reserveCapacity(width)
        isRowQuoted = false
        state = .fieldStart
    }

    private mutating func fault(_ message: String) -> CSVError {
        state = .failed
        return CSVError(row: rowNumber, columnIndex: fields.count, message: message)
    }
}
