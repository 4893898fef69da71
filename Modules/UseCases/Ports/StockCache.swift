public import Domain

/// A cache of record states for readers. The rules of stock never decide from it.
///
/// An entry never goes back to an older version: such a write is refused. No method throws. A cache that cannot be
/// reached returns nothing, and makes sure that an entry which missed a write is not served later (see `publish`).
public protocol StockCache: Sendable {
    /// The cached records by key; records that are not cached are missing.
    func records(_ keys: [RecordKey]) async -> [RecordKey: InventoryRecord]

    /// Offers records that a reader loaded from the database. May be dropped.
    func fill(_ records: [InventoryRecord]) async

    /// Publishes the states of a commit. Waits 50 ms at most. A key whose publication may not have arrived is dirty:
    /// this process does not serve it until it is settled, which happens as soon as the store answers again, before
    /// anything else is read from it.
    /// - Parameter created: the keys that did not exist before the commit.
    func publish(_ records: [InventoryRecord], created: Set<RecordKey>) async

    /// Stops serving the stored entries of these records: a transaction whose outcome is unknown may have committed them.
    func invalidate(_ records: [InventoryRecord]) async

    /// Stops serving everything that is stored, after a commit that is too large to publish. Waits 50 ms at most, like
    /// `publish`, and like it tries again later if it fails.
    func invalidateAll() async

    /// The availability of each product over all warehouses; products that are not cached are missing.
    func availability(_ products: [ProductID]) async -> [ProductID: ProductAvailability]

    /// Offers availabilities that a reader loaded from the database, with all warehouses of each product. May be
    /// dropped.
    func fill(_ availabilities: [ProductAvailability]) async

    /// Whether `ask` can expect an answer now.
    var isReachable: Bool { get }

    /// Looks up entries without waiting. Calls `then` once, within 50 ms, on a thread of the cache, which it must not
    /// block. Keys that are dirty at the time of the call count as missing.
    func ask(_ questions: CacheQuestions, then: @escaping @Sendable (any CacheAnswers) -> Void)
}

extension StockCache {
    public var isReachable: Bool { false }

    public func ask(_ questions: CacheQuestions, then: @escaping @Sendable (any CacheAnswers) -> Void) {
        then(NothingCached(questions: questions))
    }

    /// The same if it is unknown which records are new.
    public func publish(_ records: [InventoryRecord]) async {
        await publish(records, created: Set(records.map(\.key)))
    }
}

/// The answers of an empty cache.
private struct NothingCached: CacheAnswers {
    let questions: CacheQuestions

    func record(_: Int) -> InventoryRecord? { nil }

    func availability(_ question: Int) -> [(any AvailabilityLines)?] {
        Array(repeating: nil, count: questions.all[question].count)
    }
}

/// The units of one product that can be sold, by warehouse.
public struct ProductAvailability: Hashable, Sendable {
    public struct Line: Hashable, Sendable {
        public let warehouseID: WarehouseID
        public let warehouseCode: WarehouseCode
        public let quantityAvailable: Int64
        /// The version of the record with this figure.
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
        // The sum of more than a thousand full warehouses would overflow: saturate rather than trap.
        lines.reduce(0) { sum, line in
            let (total, overflow) = sum.addingReportingOverflow(line.quantityAvailable)
            return overflow ? .max : total
        }
    }
}
