public import Domain
public import UseCases

/// The cache of a server without Redis: it stores nothing and finds nothing.
public struct NoStockCache: StockCache {
    public init() {}

    public func records(_ keys: [RecordKey]) async -> [RecordKey: InventoryRecord] { [:] }
    public func fill(_ records: [InventoryRecord]) async {}
    public func publish(_ records: [InventoryRecord], created: Set<RecordKey>) async {}
    public func invalidate(_ records: [InventoryRecord]) async {}
    public func invalidateAll() async {}
    public func availability(_ products: [ProductID]) async -> [ProductID: ProductAvailability] { [:] }
    public func fill(_ availabilities: [ProductAvailability]) async {}
}
