import Domain
import UseCases

extension TestPorts: CommandStore {
    func submit(_ command: Command, actor: String, once: Once<Outcome>?) async throws(ServiceFailure) -> Outcome {
        if let submitOnce { return try await submitOnce(command, actor, once) }
        return try await submit(command, actor)
    }
}

/// Knows `LAPTOP-001` in `WH1` and `WH2`, and the record of the first.
extension TestPorts: RecordDirectory {
    func known(_ names: [RecordName]) -> [RecordReference]? {
        let found = resolutions(names).compactMap { if case .found(let reference) = $0 { reference } else { nil } }
        return found.count == names.count ? found : nil
    }

    func resolve(_ names: [RecordName]) async throws(ServiceFailure) -> [RecordResolution] {
        resolutions(names)
    }

    private func resolutions(_ names: [RecordName]) -> [RecordResolution] {
        names.map { name in
            switch name {
            case .inventory(Samples.inventory), .identifiers(Samples.productID, Samples.warehouseID),
                .codes(Samples.sku, Samples.warehouseCode):
                .found(Samples.reference)
            case .codes(Samples.sku, Samples.secondWarehouseCode): .found(Samples.secondReference)
            case .codes(Samples.sku, let code): .unknown("Unknown warehouse: \(code)")
            case .codes(let sku, _): .unknown("Unknown SKU: \(sku)")
            case .inventory(let id): .unknown("Unknown inventory record: \(id)")
            case .identifiers(let product, _): .unknown("Unknown product: \(product)")
            }
        }
    }

    func reference(of id: InventoryID) async throws(ServiceFailure) -> RecordReference? {
        try await reference(id)
    }

    func knownProducts(_ skus: [SKU]) -> [ProductID]? {
        var products: [ProductID] = []
        for sku in skus {
            switch sku {
            case Samples.sku: products.append(Samples.productID)
            case Samples.secondSKU: products.append(Samples.secondProductID)
            default: return nil
            }
        }
        return products
    }

    func products(_ skus: [SKU]) async throws(ServiceFailure) -> [SKU: ProductID] {
        skus.contains(Samples.sku) ? [Samples.sku: Samples.productID] : [:]
    }
}

extension TestPorts: StockQueries {
    func record(_ id: InventoryID) async throws(ServiceFailure) -> InventoryRecord? {
        try await record(id)
    }

    func records(_ filter: RecordFilter, page: PageRequest) async throws(ServiceFailure) -> Page<InventoryRecord> {
        try await records(filter, page)
    }

    func lowStock(warehouse: WarehouseCode?, page: PageRequest) async throws(ServiceFailure) -> Page<LowStockLine> {
        try await lowStock(warehouse, page)
    }

    func transactions(
        of _: InventoryID,
        _ filter: LedgerFilter,
        page: PageRequest
    ) async throws(ServiceFailure) -> Page<LedgerEntry> {
        try await transactions(filter, page)
    }

    func ledger(page: PageRequest) async throws(ServiceFailure) -> Page<LedgerEntry> {
        try await transactions(LedgerFilter(), page)
    }

    func state(of _: InventoryID, at instant: Instant) async throws(ServiceFailure) -> StockState {
        try await state(instant)
    }

    func availability(_ products: [ProductID]) async throws(ServiceFailure) -> [ProductAvailability] {
        try await availability(products)
    }

    func reservations(of order: OrderID) async throws(ServiceFailure) -> [Reservation] {
        try await reservations(order)
    }
}

extension TestPorts: BulkImport {
    func importProducts(
        _ table: ImportTable<ImportedProduct>, _ options: ImportOptions
    ) async throws(ServiceFailure) -> ImportSummary {
        try await importing(.products(table), options)
    }

    func importWarehouses(
        _ table: ImportTable<ImportedWarehouse>, _ options: ImportOptions
    ) async throws(ServiceFailure) -> ImportSummary {
        try await importing(.warehouses(table), options)
    }

    func importStock(
        _ table: ImportTable<ImportedStock>, _ options: ImportOptions
    ) async throws(ServiceFailure) -> ImportSummary {
        try await importing(.stock(table), options)
    }
}

/// A cache that is always empty.
struct EmptyCache: StockCache {
    /// Asked by the routes' plans too, which then do without.
    let isReachable = true

    func records(_: [RecordKey]) async -> [RecordKey: InventoryRecord] { [:] }
    func fill(_: [InventoryRecord]) async {}
    func publish(_: [InventoryRecord], created _: Set<RecordKey>) async {}
    func invalidate(_: [InventoryRecord]) async {}
    func invalidateAll() async {}
    func availability(_: [ProductID]) async -> [ProductID: ProductAvailability] { [:] }
    func fill(_: [ProductAvailability]) async {}
}

extension TestPorts: CatalogueStore {
    func createProduct(_ draft: ProductDraft, once: Once<Product>?) async throws(ServiceFailure) -> Product {
        try await createProduct(draft)
    }

    func product(_ sku: SKU) async throws(ServiceFailure) -> Product? {
        try await product(sku)
    }

    func updateProduct(
        _ sku: SKU,
        _ patch: ProductPatch,
        once: Once<Product?>?
    ) async throws(ServiceFailure) -> Product? {
        try await updateProduct(sku, patch)
    }

    func products(search: String?, archived: Bool?, page: PageRequest) async throws(ServiceFailure) -> Page<Product> {
        try await products(search, archived, page)
    }

    func createWarehouse(_ draft: WarehouseDraft, once: Once<Warehouse>?) async throws(ServiceFailure) -> Warehouse {
        try await createWarehouse(draft)
    }

    func warehouse(_ code: WarehouseCode) async throws(ServiceFailure) -> Warehouse? {
        try await warehouse(code)
    }

    func updateWarehouse(
        _ code: WarehouseCode,
        _ patch: WarehousePatch,
        once: Once<Warehouse?>?
    ) async throws(ServiceFailure) -> Warehouse? {
        try await updateWarehouse(code, patch)
    }

    func warehouses(page: PageRequest) async throws(ServiceFailure) -> Page<Warehouse> {
        try await warehouses(page)
    }
}

extension TestPorts: AlertStore {
    func alerts(status: AlertView.Status?, page: PageRequest) async throws(ServiceFailure) -> Page<AlertView> {
        try await alerts(status, page)
    }

    func acknowledge(_ id: AlertID, actor: String, once: Once<AlertView>?) async throws(ServiceFailure) -> AlertView {
        try await acknowledge(id, actor)
    }

    func suggestions(
        status: SuggestionView.Status?,
        page: PageRequest
    ) async throws(ServiceFailure) -> Page<SuggestionView> {
        try await suggestions(status, page)
    }

    func decide(
        _ id: SuggestionID,
        _ decision: SuggestionDecision,
        actor: String,
        once: Once<SuggestionView>?
    ) async throws(ServiceFailure) -> SuggestionView {
        try await decide(id, decision, actor)
    }
}

extension TestPorts: StockReports {
    func summary() async throws(ServiceFailure) -> StockSummary { try await summary() }

    func topMovers(days: Int64, limit: Int) async throws(ServiceFailure) -> [TopMover] {
        try await topMovers(days, limit)
    }

    func turnover(days: Int64, page: PageRequest) async throws(ServiceFailure) -> TurnoverReport {
        try await turnover(days, page)
    }

    func movements(days: Int64, bucket: MovementBucket) async throws(ServiceFailure) -> [MovementLine] {
        try await movements(days, bucket)
    }
}
