public import Domain

/// A row of a product table.
public struct ImportedProduct: Hashable, Sendable {
    public let sku: SKU
    public let name: String
    public let basePrice: Money
    /// Nil leaves an existing product's description as it is; the inner nil removes it.
    public let description: String??

    public init(sku: SKU, name: String, basePrice: Money, description: String??) {
        self.sku = sku
        self.name = name
        self.basePrice = basePrice
        self.description = description
    }
}

/// A row of a warehouse table.
public struct ImportedWarehouse: Hashable, Sendable {
    public let code: WarehouseCode
    public let name: String
    /// Nil leaves an existing warehouse's priority as it is (0 for a new one).
    public let priority: Int64?

    public init(code: WarehouseCode, name: String, priority: Int64?) {
        self.code = code
        self.name = name
        self.priority = priority
    }
}

/// A row of a stock table.
public struct ImportedStock: Hashable, Sendable {
    public let sku: SKU
    public let warehouseCode: WarehouseCode
    /// Units, `Quantity.countable`.
    public let quantityOnHand: Int64
    /// Nil leaves an existing record's figure as it is (0 for a new one).
    public let reorderPoint: Int64?
    /// Nil leaves an existing record's figure as it is (1 for a new one).
    public let reorderQuantity: Int64?

    public init(
        sku: SKU, warehouseCode: WarehouseCode, quantityOnHand: Int64, reorderPoint: Int64?, reorderQuantity: Int64?
    ) {
        self.sku = sku
        self.warehouseCode = warehouseCode
        self.quantityOnHand = quantityOnHand
        self.reorderPoint = reorderPoint
        self.reorderQuantity = reorderQuantity
    }
}

/// An error in a table.
public struct RowFault: Error, Hashable, Sendable {
    /// The line on which the row begins; the header is line 1.
    public let row: Int
    /// Nil if the error concerns the row as a whole.
    public let column: String?
    public let message: String

    public init(row: Int, column: String?, message: String) {
        self.row = row
        self.column = column
        self.message = message
    }
}

/// The errors in a table, in the order of its rows: all are counted, the first `namedLimit` are kept.
public struct RowFaults: Hashable, Sendable {
    /// How many errors are kept. A caller that corrects these sees the others with the next attempt.
    public static let namedLimit = 1_000

    public private(set) var named: [RowFault] = []
    public private(set) var count = 0
    /// The highest row of `named`, once it is full.
    private var highestRow = 0

    public init() {}

    public var isEmpty: Bool { count == 0 }

    public mutating func add(_ fault: RowFault) {
        count += 1
        guard named.count >= Self.namedLimit else {
            named.append(fault)
            return
        }
        // The errors of the first rows are kept, whatever order they are found in; usually that is the order of the
        // rows.
        if count == Self.namedLimit + 1 { highestRow = named.map(\.row).max() ?? 0 }
        guard fault.row < highestRow, let last = named.firstIndex(where: { $0.row == highestRow }) else { return }
        named[last] = fault
        highestRow = named.map(\.row).max() ?? 0
    }

    public mutating func sort() {
        named.sort { ($0.row, $0.column ?? "") < ($1.row, $1.column ?? "") }
    }
}

/// A parsed table, checked as far as that is possible without a store.
public struct ImportTable<Row: Sendable>: Sendable {
    /// The valid rows, each with its line in the file.
    public var rows: [(line: Int, value: Row)] = []
    public var faults = RowFaults()

    public init() {}
}

/// What an import did, or would do.
public struct ImportSummary: Hashable, Sendable {
    public let rows: Int
    public let created: Int
    /// Existing objects that the import changed.
    public let updated: Int

    public init(rows: Int, created: Int, updated: Int) {
        self.rows = rows
        self.created = created
        self.updated = updated
    }

    /// Existing objects that already had the table's values.
    public var unchanged: Int { rows - created - updated }
}

/// How to carry out an import.
public struct ImportOptions: Sendable {
    /// The caller's name for the ledger.
    public let actor: String
    /// Reports all errors and the counts, but changes nothing.
    public let isDryRun: Bool
    /// Makes the request safe to retry; nil without an idempotency key.
    public let once: Once<ImportSummary>?
    /// Called now and then with the number of rows processed; starts at 0 again if the import is retried.
    public let progress: @Sendable (_ rows: Int) -> Void

    public init(
        actor: String, isDryRun: Bool = false, once: Once<ImportSummary>? = nil,
        progress: @escaping @Sendable (_ rows: Int) -> Void = { _ in }
    ) {
        self.actor = actor
        self.isDryRun = isDryRun
        self.once = once
        self.progress = progress
    }
}

/// Imports whole tables: all of a table's rows or none.
///
/// Throws `.invalidRows` with the table's errors and those that only the store can find; `.replayed`, `.keyReused`,
/// `.systemBusy`, `.unavailable`, `.internalFault`.
public protocol BulkImport: Sendable {
    func importProducts(
        _ table: ImportTable<ImportedProduct>, _ options: ImportOptions
    ) async throws(ServiceFailure) -> ImportSummary

    func importWarehouses(
        _ table: ImportTable<ImportedWarehouse>, _ options: ImportOptions
    ) async throws(ServiceFailure) -> ImportSummary

    /// Sets on hand and the reorder figures of each record. The ledger gets a `receive` row for a new record, else an
    /// `adjust` row, with the reason `import`.
    func importStock(
        _ table: ImportTable<ImportedStock>, _ options: ImportOptions
    ) async throws(ServiceFailure) -> ImportSummary
}
