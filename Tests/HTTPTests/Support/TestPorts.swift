import Domain
import Testing
import UseCases

/// Fakes of every port. An unexpected call fails the test.
struct TestPorts: Sendable {
    typealias Failure = ServiceFailure

    var submit: @Sendable (Command, String) async throws(Failure) -> Outcome = { command, _ throws(Failure) in
        try unexpected("submit \(command)")
    }
    /// Replaces `submit` in tests of idempotency keys.
    var submitOnce: (@Sendable (Command, String, Once<Outcome>?) async throws(Failure) -> Outcome)?
    var reference: @Sendable (InventoryID) async throws(Failure) -> RecordReference? = { id throws(Failure) in
        id == Samples.inventory ? Samples.reference : nil
    }
    var record: @Sendable (InventoryID) async throws(Failure) -> InventoryRecord? = { id throws(Failure) in
        try unexpected("record \(id)")
    }
    var records: @Sendable (RecordFilter, PageRequest) async throws(Failure) -> Page<InventoryRecord> = {
        filter,
        _ throws(Failure) in try unexpected("records \(filter)")
    }
    var lowStock: @Sendable (WarehouseCode?, PageRequest) async throws(Failure) -> Page<LowStockLine> = {
        _,
        _ throws(Failure) in try unexpected("lowStock")
    }
    var transactions: @Sendable (LedgerFilter, PageRequest) async throws(Failure) -> Page<LedgerEntry> = {
        filter,
        _ throws(Failure) in try unexpected("transactions \(filter)")
    }
    var state: @Sendable (Instant) async throws(Failure) -> StockState = { instant throws(Failure) in
        try unexpected("state \(instant)")
    }
    var availability: @Sendable ([ProductID]) async throws(Failure) -> [ProductAvailability] = {
        products throws(Failure) in try unexpected("availability \(products)")
    }
    var reservations: @Sendable (OrderID) async throws(Failure) -> [Reservation] = { order throws(Failure) in
        try unexpected("reservations \(order)")
    }
    var createProduct: @Sendable (ProductDraft) async throws(Failure) -> Product = { draft throws(Failure) in
        try unexpected("createProduct \(draft)")
    }
    var product: @Sendable (SKU) async throws(Failure) -> Product? = { sku throws(Failure) in
        try unexpected("product \(sku)")
    }
    var updateProduct: @Sendable (SKU, ProductPatch) async throws(Failure) -> Product? = {
        _,
        patch throws(Failure) in try unexpected("updateProduct \(patch)")
    }
    var products: @Sendable (String?, Bool?, PageRequest) async throws(Failure) -> Page<Product> = {
        _,
        _,
        _ throws(Failure) in try unexpected("products")
    }
    var createWarehouse: @Sendable (WarehouseDraft) async throws(Failure) -> Warehouse = { draft throws(Failure) in
        try unexpected("createWarehouse \(draft)")
    }
    var warehouse: @Sendable (WarehouseCode) async throws(Failure) -> Warehouse? = { code throws(Failure) in
        try unexpected("warehouse \(code)")
    }
    var updateWarehouse: @Sendable (WarehouseCode, WarehousePatch) async throws(Failure) -> Warehouse? = {
        _,
        patch throws(Failure) in try unexpected("updateWarehouse \(patch)")
    }
    var importing: @Sendable (Table, ImportOptions) async throws(Failure) -> ImportSummary = { _, _ throws(Failure) in
        try unexpected("import")
    }

    enum Table: Sendable {
        case products(ImportTable<ImportedProduct>)
        case warehouses(ImportTable<ImportedWarehouse>)
        case stock(ImportTable<ImportedStock>)
    }

    var alerts: @Sendable (AlertView.Status?, PageRequest) async throws(Failure) -> Page<AlertView> = {
        _,
        _ throws(Failure) in try unexpected("alerts")
    }
    var acknowledge: @Sendable (AlertID, String) async throws(Failure) -> AlertView = { id, _ throws(Failure) in
        try unexpected("acknowledge \(id)")
    }
    var suggestions: @Sendable (SuggestionView.Status?, PageRequest) async throws(Failure) -> Page<SuggestionView> = {
        _,
        _ throws(Failure) in try unexpected("suggestions")
    }
    var decide: @Sendable (SuggestionID, SuggestionDecision, String) async throws(Failure) -> SuggestionView = {
        id,
        _,
        _ throws(Failure) in try unexpected("decide \(id)")
    }
    var summary: @Sendable () async throws(Failure) -> StockSummary = { () throws(Failure) in
        try unexpected("summary")
    }
    var topMovers: @Sendable (Int64, Int) async throws(Failure) -> [TopMover] = { days, limit throws(Failure) in
        try unexpected("topMovers \(days) \(limit)")
    }
    var turnover: @Sendable (Int64, PageRequest) async throws(Failure) -> TurnoverReport = { days, _ throws(Failure) in
        try unexpected("turnover \(days)")
    }
    var movements: @Sendable (Int64, MovementBucket) async throws(Failure) -> [MovementLine] = {
        days,
        bucket throws(Failure) in try unexpected("movements \(days) \(bucket)")
    }
    var warehouses: @Sendable (PageRequest) async throws(Failure) -> Page<Warehouse> = { _ throws(Failure) in
        try unexpected("warehouses")
    }
}

private func unexpected<Value>(_ call: String) throws(ServiceFailure) -> Value {
    Issue.record("unexpected call: \(call)")
    throw .internalFault(cause: "unexpected call")
}
