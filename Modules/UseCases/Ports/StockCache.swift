public import Domain

/// The stored figures of records, kept near the readers. No decision is ever taken from it.
///
/// An entry never goes backwards: a write of an older version than the stored one is refused. Nothing here throws: a
/// cache that cannot be reached answers nothing, and takes care by itself that an entry which missed a write is not
/// served later (see `publish`).
public protocol StockCache: Sendable {
    /// The entries that are there, by key; absent ones are missing from the answer.
    func records(_ keys: [RecordKey]) async -> [RecordKey: InventoryRecord]

    /// Offers what a reader found in the database. May be dropped.
    func fill(_ records: [InventoryRecord]) async

    /// Publishes the states that a commit made. Waits 50 ms at most. Keys whose publication is not known to have
    /// arrived are dirty: they are not served by this process until they have been settled, which happens as soon as
    /// the store answers again and before anything else is read from it.
    /// - Parameter created: those of them that did not exist before the commit.
    func publish(_ records: [InventoryRecord], created: Set<RecordKey>) async

    /// Stops serving the stored entries of these records: a transaction whose outcome is unknown may have committed them.
    func invalidate(_ records: [InventoryRecord]) async

    /// Stops serving everything that is stored, after a commit that is too large to publish. Waits 50 ms at most, like
    /// `publish`, and like it tries again later if it fails.
    func invalidateAll() async

    /// The availability of a product over all warehouses, as `/availability` shows it; nil when absent.
    func availability(_ products: [ProductID]) async -> [ProductID: ProductAvailability]

    /// Offers what a reader found in the database, all warehouses of each product. May be dropped.
    func fill(_ availabilities: [ProductAvailability]) async

    /// Whether `ask` can expect an answer now.
    var isReachable: Bool { get }

    /// Asks for entries without waiting. What is there comes 50 ms later at most, once, on a thread of the cache's own,
    /// which must not be blocked. What is dirty when this is called is not served.
    func ask(_ questions: CacheQuestions, then: @escaping @Sendable (any CacheAnswers) -> Void)
}

extension StockCache {
    public var isReachable: Bool { false }

    public func ask(_ questions: CacheQuestions, then: @escaping @Sendable (any CacheAnswers) -> Void) {
        then(NothingCached(questions: questions))
    }

    /// The same where it is not known which of them are new: any may be.
    public func publish(_ records: [InventoryRecord]) async {
        await publish(records, created: Set(records.map(\.key)))
    }
}

/// The answer of a cache that holds nothing.
private struct NothingCached: CacheAnswers {
    let questions: CacheQuestions

    func record(_: Int) -> InventoryRecord? { nil }

    func availability(_ question: Int) -> [(any AvailabilityLines)?] {
        Array(repeating: nil, count: questions.all[question].count)
    }
}

/// What of one product can be sold, warehouse by warehouse.
public struct ProductAvailability: Hashable, Sendable {
    public struct Line: Hashable, Sendable {
        public let warehouseID: WarehouseID
        public let warehouseCode: WarehouseCode
        public let quantityAvailable: Int64
        /// The record's version that the figure belongs to.
        public let version: Int64

        public init(
            warehouseID: WarehouseID,
            warehouseCode: WarehouseCode,
            quantityAvailable: Int64,
            version: Int64
        ) {
            self.warehouseID = warehouseID
            self.warehouseCode = warehouseCode
            self.quantityAvailable = quantityAvailable
            self.version = version
        }
    }

    public let product: ProductID
    public let sku: SKU
    /// Ordered by warehouse code.
    public let lines: [Line]

    public init(product: ProductID, sku: SKU, lines: [Line]) {
        self.product = product
        self.sku = sku
        self.lines = lines
    }

    /// The sum over all warehouses, in units.
    public var quantityAvailable: Int64 {
        // A thousand full warehouses would pass Int64: saturate rather than trap.
        lines.reduce(0) { sum, line in
            let (total, overflow) = sum.addingReportingOverflow(line.quantityAvailable)
            return overflow ? .max : total
        }
    }
}
