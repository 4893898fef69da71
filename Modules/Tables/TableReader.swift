import CSV
public import UseCases

/// The columns of a table, and how to decode its rows.
public protocol TableFormat: Sendable {
    associatedtype Row: Sendable
    /// The value that must be unique in a table.
    associatedtype Key: Hashable & Sendable
    static var requiredColumns: [String] { get }
    /// The column that a fault names when a key occurs twice.
    static var keyColumn: String { get }
    /// Decodes one row and records every fault in `cells`.
    /// - Returns: nil if there was a fault.
    static func read(_ cells: inout Cells) -> (key: Key, row: Row)?
}

/// Reads a CSV table piece by piece into checked rows. It continues after a fault, so that it reports all faults at once.
///
/// It keeps all rows in memory: about 100 bytes each.
public struct TableReader<Format: TableFormat>: Sendable {
    /// The most rows of one table: an import is one transaction, which other writes wait for.
    public static var rowLimit: Int { 1_000_000 }

    private var table = ImportTable<Format.Row>()
    /// The rows read so far, with and without faults.
    private var rowCount = 0
    private var reader = CSVReader()
    private var header: CSVHeader?
    private var rows: [CSVRow] = []
    /// The first row of each key.
    private var firstRows: [Format.Key: Int] = [:]
    /// The rest cannot be read: the header is invalid, or the text is not CSV from here on.
    private var isBroken = false

    public init() {}

    /// Reads the next piece of the text, which may be cut anywhere.
    public mutating func read(_ bytes: Span<UInt8>) {
        guard !isBroken else { return }
        do throws(CSVError) {
            try reader.read(bytes, into: &rows)
            takeRows()
        } catch {
            takeRows()
            stop(error)
        }
    }

    /// Ends the text and returns the whole table.
    public mutating func finish() -> ImportTable<Format.Row> {
        if !isBroken {
            do throws(CSVError) {
                try reader.finish(into: &rows)
                takeRows()
                if header == nil { stop(CSVError(row: 1, message: "there is no header line")) }
            } catch {
                takeRows()
                stop(error)
            }
        }
        table.faults.sort()
        return table
    }

    private mutating func takeRows() {
        for row in rows where !isBroken {
            if let header { take(row, header) } else { begin(row) }
        }
        rows.removeAll(keepingCapacity: true)
    }

    private mutating func begin(_ row: CSVRow) {
        do throws(CSVError) {
            header = try CSVHeader(row, required: [])
        } catch {
            stop(error)
            return
        }
        for name in Format.requiredColumns where header?.index(of: name) == nil {
            table.faults.add(RowFault(row: row.number, column: name, message: "the header lacks this column"))
            isBroken = true
        }
    }

    private mutating func take(_ row: CSVRow, _ header: CSVHeader) {
        rowCount += 1
        guard rowCount <= Self.rowLimit else {
            stop(CSVError(row: row.number, message: "a table may have \(Self.rowLimit) rows; please split it"))
            return
        }
        let record: CSVRecord
        do throws(CSVError) {
            record = try header.record(row)
        } catch {
            table.faults.add(RowFault(row: row.number, column: nil, message: error.message))
            return
        }
        // A table with semicolons between the fields may have decimal commas.
        var cells = Cells(record, hasDecimalComma: reader.delimiter == UInt8(ascii: ";"))
        let read = Format.read(&cells)
        for fault in cells.faults { table.faults.add(fault) }
        guard let read, cells.faults.isEmpty else { return }
        if let first = firstRows.updateValue(row.number, forKey: read.key) {
            firstRows[read.key] = first
            table.faults.add(
                RowFault(row: row.number, column: Format.keyColumn, message: "stands on row \(first) too"))
            return
        }
        table.rows.append((row.number, read.row))
    }

    /// Records the fault that ends the table. Later ones have no meaning.
    private mutating func stop(_ error: CSVError) {
        guard !isBroken else { return }
        isBroken = true
        let named = header?.naming(error) ?? error
        // The name comes from the caller and may have any length.
        let column = named.column.map { String($0.prefix(64)) }
        table.faults.add(RowFault(row: named.row, column: column, message: named.message))
    }
}
