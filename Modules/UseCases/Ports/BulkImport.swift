public import Domain

/// A row of a product table.
public struct ImportedProduct: Hashable, Sendable {
    public let sku: SKU
    public let name: String
    public let basePrice: Money
    /// Nil leaves a known product's as it is; the inner nil removes it.
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
    /// Nil leaves a known warehouse's as it is (0 for a new one).
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
    /// Nil leaves a known record's as it is (the defaults of api.md for a new one).
    public let reorderPoint: Int64?
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

/// A fault of a table.
public struct RowFault: Error, Hashable, Sendable {
    /// The line on which the row begins, the header being 1.
    public let row: Int
    /// Nil where the row as a whole is at fault.
    public let column: String?
    public let message: String

    public init(row: Int, column: String?, message: String) {
        self.row = row
        self.column = column
        self.message = message
    }
}

/// The faults of a table, in the order of its rows: all of them are counted, and as many named as anybody reads.
public struct RowFaults: Hashable, Sendable {
    /// Faults that are named. A caller who mends these sees the others with the next try.
    public static let namedLimit = 1_000

    public private(set) var named: [RowFault] = []
    public private(set) var count = 0
    /// Of the named ones, once no more are taken.
    private var highestRow = 0

    public init() {}

    public var isEmpty: Bool { count == 0 }

    public mutating func add(_ fault: RowFault) {
        count += 1
        guard named.count >= Self.namedLimit else {
            named.append(fault)
            return
        }
        // The earliest ones are named, in whatever order they are found; nearly always that is the order of the rows.
        if count == Self.namedLimit + 1 { highestRow = named.map(\.row).max() ?? 0 }
        guard fault.row < highestRow, let last = named.firstIndex(where: { $0.row == highestRow }) else { return }
        named[last] = fault
        highestRow = named.map(\.row).max() ?? 0
    }

    public mutating func sort() {
        named.sort { ($0.row, $0.column ?? "") < ($1.row, $1.column ?? "") }
    }
}

/// A table that was read and checked as far as that goes without a store.
public struct ImportTable<Row: Sendable>: Sendable {
    /// The good rows, each with its line in the file.
    public var rows: [(line: Int, value: Row)] = []
    public var faults = RowFaults()

    public init() {}
}

/// What an import did, or would do.
public struct ImportSummary: Hashable, Sendable {
    public let rows: Int
    public let created: Int
    /// Known ones that the import changed.
    public let updated: Int

    public init(rows: Int, created: Int, updated: Int) {
        self.rows = rows
        self.created = created
        self.updated = updated
    }

    /// Known ones that were as the table says.
    public var unchanged: Int { rows - created - updated }
}

/// How an import is to be done.
public struct ImportOptions: Sendable {
    /// Who imports, for the ledger.
    public let actor: String
    /// Finds every fault and counts, but changes nothing.
    public let isDryRun: Bool
    /// Makes it safe to ask again; nil when nobody will.
    public let once: Once<ImportSummary>?
    /// Is told now and then how many rows have been dealt with; from the beginning again when the import is.
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

/// Takes whole tables in: all of a table's rows or none.
///
/// Throws `.invalidRows` with the faults of the table and those that only the store can find; `.replayed`, `.keyReused`,
/// `.systemBusy`, `.unavailable`, `.internalFault`.
public protocol BulkImport: Sendable {
    func importProducts(
        _ table: ImportTable<ImportedProduct>, _ options: ImportOptions
    ) async throws(ServiceFailure) -> ImportSummary

    func importWarehouses(
        _ table: ImportTable<ImportedWarehouse>, _ options: ImportOptions
    ) async throws(ServiceFailure) -> ImportSummary

    /// Sets what is on hand, and when to reorder, record by record: a `receive` row in the ledger for a new record, else
    /// an `adjust`, with the reason `import`.
    func importStock(
        _ table: ImportTable<ImportedStock>, _ options: ImportOptions
    ) async throws(ServiceFailure) -> ImportSummary
}
