import Domain
import PostgresClient
import PostgresRows
import UseCases

/// Imports a stock table through the stock machine, chunk by chunk in one transaction.
///
/// Existing records come first, in id order, the order in which every writer locks them. New ones come last, in key
/// order, so that the locks that others could wait for are held as briefly as possible.
struct StockImport {
    /// The most pages of overdue reservations read for one chunk; a page has at most `overdueLimit` rows per record.
    private static let overduePages = 20
    private static let overdueLimit = 500

    fileprivate struct Line {
        let row: Int
        let reference: RecordReference
        let value: ImportedStock
        /// nil for a record that does not exist.
        var id: InventoryID?
    }

    private let connection: PostgresConnection
    private let table: ImportTable<ImportedStock>
    private let options: ImportOptions
    private var faults: RowFaults
    private var created = 0
    private var updated = 0
    private var names: TableNames
    private var random = SystemRandomNumberGenerator()

    init(connection: PostgresConnection, table: ImportTable<ImportedStock>, options: ImportOptions) {
        self.connection = connection
        self.table = table
        self.options = options
        faults = table.faults
        names = TableNames()
    }

    /// Whether the import writes nothing; then it locks nothing either.
    private var isReadOnly: Bool { options.isDryRun || !faults.isEmpty }

    /// - Parameter saved: called with the machine of each saved chunk.
    /// - Throws: `ServiceFailure.invalidRows` with all faults; `PostgresError`.
    mutating func run(_ saved: (StockMachine) -> Void) async throws -> ImportSummary {
        try await names.learn(table.rows.lazy.map(\.value), on: connection)
        var lines = resolved()
        try await locate(&lines)
        lines.sort { left, right in
            switch (left.id, right.id) {
            case (let left?, let right?): left < right
            case (nil, nil): left.reference.key < right.reference.key
            case (_?, nil): true
            case (nil, _?): false
            }
        }
        for start in stride(from: 0, to: lines.count, by: PostgresBulkImport.chunk) {
            let chunk = lines[start..<min(start + PostgresBulkImport.chunk, lines.count)]
            let machine = try await decided(chunk)
            options.progress(chunk.endIndex)
            guard !isReadOnly else { continue }
            let statements = BatchSave(machine).statements()
            if !statements.isEmpty {
                _ = try await connection.pipeline(statements, timeout: ImportTransaction.statementLimit)
            }
            saved(machine)
        }
        guard faults.isEmpty else {
            faults.sort()
            throw ServiceFailure.invalidRows(faults)
        }
        return ImportSummary(rows: lines.count, created: created, updated: updated)
    }

    // MARK: Names

    private mutating func resolved() -> [Line] {
        var lines: [Line] = []
        lines.reserveCapacity(table.rows.count)
        for (row, value) in table.rows {
            let product = names.products[value.sku]
            let warehouse = names.warehouses[value.warehouseCode]
            if product == nil {
                faults.add(RowFault(row: row, column: "sku", message: "Unknown SKU: \(value.sku)"))
            }
            if warehouse == nil {
                faults.add(
                    RowFault(
                        row: row, column: "warehouse_code", message: "Unknown warehouse: \(value.warehouseCode)"))
            }
            guard let product, let warehouse else { continue }
            lines.append(
                Line(
                    row: row,
                    reference: RecordReference(
                        key: RecordKey(product: product, warehouse: warehouse), sku: value.sku,
                        warehouseCode: value.warehouseCode),
                    value: value))
        }
        return lines
    }

    /// Sets the ids of the records that exist.
    private func locate(_ lines: inout [Line]) async throws {
        for start in stride(from: 0, to: lines.count, by: PostgresBulkImport.chunk) {
            let range = start..<min(start + PostgresBulkImport.chunk, lines.count)
            let keys = lines[range].map(\.reference.key)
            let result = try await connection.run(
                PostgresQuery(Self.locate) { parameters in
                    parameters.appendArray(keys.map(\.product))
                    parameters.appendArray(keys.map(\.warehouse))
                }, timeout: ImportTransaction.statementLimit)
            for index in 0..<result.rowCount {
                var row = result.row(index)
                let position = Int(try row.next(as: Int64.self))
                lines[start + position - 1].id = try row.next()
            }
        }
    }

    // MARK: Decide

    private mutating func decided(_ chunk: ArraySlice<Line>) async throws -> StockMachine {
        var facts = StockFacts(archivedProducts: names.archivedProducts, archivedWarehouses: names.archivedWarehouses)
        let known = chunk.filter { $0.id != nil }
        let references = Dictionary(
            known.compactMap { line in line.id.map { ($0, line.reference) } }, uniquingKeysWith: { first, _ in first })
        let load = isReadOnly ? Self.look : Self.lock
        let results = try await connection.pipeline(
            [PostgresQuery(load) { $0.appendArray(known.compactMap(\.id)) }, PostgresQuery(Self.clock)],
            timeout: ImportTransaction.statementLimit)
        var now: Instant = try results[1].row(0).value(0)
        for index in 0..<results[0].rowCount {
            var row = results[0].row(index)
            let id: InventoryID = try row.next()
            guard let reference = references[id] else { continue }
            let record = try RecordRow.figures(&row, id: id, reference: reference)
            facts.records[reference.key] = record
            // A ledger row is never older than the one before it, even if the clock went back.
            now = max(now, record.updatedAt)
        }
        guard facts.records.count == known.count else {
            throw PostgresError(.server, "a record is gone", sqlState: "40000", wasSent: true)
        }
        var machine = StockMachine(facts: facts, now: now, identifiers: IdentifierSource(seed: random.next()))
        try await decide(chunk, &machine)
        return machine
    }

    private mutating func decide(_ chunk: ArraySlice<Line>, _ machine: inout StockMachine) async throws {
        var open = Array(chunk)
        var overdue = OverdueReader(limit: Self.overdueLimit)
        for _ in 0...Self.overduePages {
            var short: [Line] = []
            var keys: Set<RecordKey> = []
            for line in open {
                switch machine.decide(line.command, actor: options.actor) {
                case .done(.success(.stockSet(let isCreated, let isChanged))):
                    if isCreated { created += 1 } else if isChanged { updated += 1 }
                case .done(.success):
                    throw ServiceFailure.internalFault(cause: "an import row got an unexpected outcome")
                case .done(.failure(let refusal)):
                    faults.add(line.fault(refusal, machine.record(line.reference.key)))
                case .needsOverdue(let records):
                    short.append(line)
                    keys.formUnion(records)
                case .needsRecords:
                    throw ServiceFailure.internalFault(cause: "an import row needs other records")
                }
            }
            guard !keys.isEmpty else { return }
            try overdue.take(
                try await connection.run(
                    overdue.query(keys, of: machine), timeout: ImportTransaction.statementLimit), into: &machine)
            open = short
        }
        // Ten thousand overdue reservations on one record: the sweeper is behind or not running.
        throw ServiceFailure.systemBusy
    }

    // MARK: Statements

    private static let locate = PostgresStatement(
        """
        SELECT wanted.position, i.id
        FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted(product_id, warehouse_id, position)
        JOIN inventory i USING (product_id, warehouse_id)
        """)
    private static let look = PostgresStatement(
        """
        SELECT id, quantity_on_hand, quantity_reserved, reorder_point, reorder_quantity, safety_stock, version, updated_at
        FROM inventory WHERE id = ANY($1)
        """)
    /// In id order. Unlike a lane it waits for rows that another session has locked: the import is all or nothing.
    private static let lock = PostgresStatement(
        """
        SELECT id, quantity_on_hand, quantity_reserved, reorder_point, reorder_quantity, safety_stock, version, updated_at
        FROM inventory WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE
        """)
    private static let clock = PostgresStatement("SELECT clock_timestamp()")
}

extension StockImport.Line {
    /// The reason in the ledger for an import's changes.
    private static let note = Note(reason: "import")

    fileprivate var command: Command {
        .setStock(
            StockSetting(
                record: reference, quantityOnHand: value.quantityOnHand, reorderPoint: value.reorderPoint,
                reorderQuantity: value.reorderQuantity, note: Self.note))
    }

    fileprivate func fault(_ refusal: StockRefusal, _ record: InventoryRecord?) -> RowFault {
        switch refusal {
        case .insufficientStock:
            let reserved = record?.quantityReserved ?? 0
            return RowFault(
                row: row, column: "quantity_on_hand", message: "must be at least \(reserved), which is reserved")
        case .archived(.product(let sku)):
            return RowFault(row: row, column: "sku", message: "Product \(sku) is archived")
        case .archived(.warehouse(let code)):
            return RowFault(row: row, column: "warehouse_code", message: "Warehouse \(code) is archived")
        default:
            return RowFault(row: row, column: nil, message: "\(refusal)")
        }
    }
}
