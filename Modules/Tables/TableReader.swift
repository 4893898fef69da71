import CSV
public import UseCases

/// What the rows of one table mean.
public protocol TableFormat: Sendable {
    associatedtype Row: Sendable
    /// What must not stand in a table twice.
    associatedtype Key: Hashable & Sendable
    static var requiredColumns: [String] { get }
    /// The columns that name a row, for the fault of one that stands there twice.
    static var keyColumn: String { get }
    /// Reads one row; every fault of it is noted in `cells`.
    /// - Returns: nil when there was any.
    static func read(_ cells: inout Cells) -> (key: Key, row: Row)?
}

/// Reads a CSV table piece by piece into checked rows, and goes on after a fault, so that all of them are told at once.
///
/// It holds the rows: some 100 bytes each.
public struct TableReader<Format: TableFormat>: Sendable {
    /// The most rows of one table: what is done in one transaction must end while others wait for it.
    public static var rowLimit: Int { 1_000_000 }

    private var table = ImportTable<Format.Row>()
    /// Rows that were looked at, good and bad.
    private var rowCount = 0
    private var reader = CSVReader()
    private var header: CSVHeader?
    private var rows: [CSVRow] = []
    /// Where each key stood first.
    private var seen: [Format.Key: Int] = [:]
    /// Nothing after it can be read: the header is at fault, or the text is no CSV from here on.
    private var isBroken = false

    public init() {}

    /// Takes the next piece of the text. Pieces may be cut anywhere.
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

    /// The whole table, when the text has ended.
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
        for name in Format.requiredColumns where header?.place(of: name) == nil {
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
        // Where semicolons part the fields, the comma stands in numbers.
        var cells = Cells(record, hasDecimalComma: reader.delimiter == UInt8(ascii: ";"))
        let read = Format.read(&cells)
        for fault in cells.faults { table.faults.add(fault) }
        guard let read, cells.faults.isEmpty else { return }
        if let first = seen.updateValue(row.number, forKey: read.key) {
            seen[read.key] = first
            table.faults.add(
                RowFault(row: row.number, column: Format.keyColumn, message: "stands on row \(first) too"))
            return
        }
        table.rows.append((row.number, read.row))
    }

    /// Tells the first thing after which nothing can be read; what comes then is of no meaning.
    private mutating func stop(_ error: CSVError) {
        guard !isBroken else { return }
        isBroken = true
        let named = header?.naming(error) ?? error
        // A name of the caller's, which may be anything.
        let column = named.column.map { String($0.prefix(64)) }
        table.faults.add(RowFault(row: named.row, column: column, message: named.message))
    }
}
