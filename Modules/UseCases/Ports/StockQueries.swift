public import Domain

public struct RecordFilter: Hashable, Sendable {
    public var sku: SKU?
    public var warehouseCode: WarehouseCode?
    public var isLowStock: Bool?
    public var isOutOfStock: Bool?

    public init(
        sku: SKU? = nil, warehouseCode: WarehouseCode? = nil, isLowStock: Bool? = nil, isOutOfStock: Bool? = nil
    ) {
        self.sku = sku
        self.warehouseCode = warehouseCode
        self.isLowStock = isLowStock
        self.isOutOfStock = isOutOfStock
    }
}

/// A low record with the names of its product and warehouse.
public struct LowStockLine: Hashable, Sendable {
    public let inventoryID: InventoryID
    public let sku: SKU
    public let productName: String
    public let warehouseName: String
    public let warehouseCode: WarehouseCode
    public let quantityAvailable: Int64
    public let reorderPoint: Int64
    public let reorderQuantity: Int64

    public init(
        inventoryID: InventoryID, sku: SKU, productName: String, warehouseName: String, warehouseCode: WarehouseCode,
        quantityAvailable: Int64, reorderPoint: Int64, reorderQuantity: Int64
    ) {
        self.inventoryID = inventoryID
        self.sku = sku
        self.productName = productName
        self.warehouseName = warehouseName
        self.warehouseCode = warehouseCode
        self.quantityAvailable = quantityAvailable
        self.reorderPoint = reorderPoint
        self.reorderQuantity = reorderQuantity
    }
}

public struct LedgerFilter: Hashable, Sendable {
    public var kind: LedgerEntry.Kind?
    /// Rows at or after this instant.
    public var from: Instant?
    /// Rows before this instant.
    public var to: Instant?

    public init(kind: LedgerEntry.Kind? = nil, from: Instant? = nil, to: Instant? = nil) {
        self.kind = kind
        self.from = from
        self.to = to
    }
}

/// A record's figures at an instant.
public struct StockState: Hashable, Sendable {
    public let quantityOnHand: Int64
    public let quantityReserved: Int64
    public let version: Int64

    public init(quantityOnHand: Int64, quantityReserved: Int64, version: Int64) {
        self.quantityOnHand = quantityOnHand
        self.quantityReserved = quantityReserved
        self.version = version
    }

    public var quantityAvailable: Int64 { quantityOnHand - quantityReserved }
}

/// Reads stock directly from the database. Throws `.badCursor`, `.unavailable` or `.internalFault`.
public protocol StockQueries: Sendable {
    /// nil if the record does not exist.
    func record(_ id: InventoryID) async throws(ServiceFailure) -> InventoryRecord?
    /// In the order in which the records were created.
    func records(_ filter: RecordFilter, page: PageRequest) async throws(ServiceFailure) -> Page<InventoryRecord>
    /// Least available first.
    func lowStock(warehouse: WarehouseCode?, page: PageRequest) async throws(ServiceFailure) -> Page<LowStockLine>
    /// Newest first.
    func transactions(
        of id: InventoryID, _ filter: LedgerFilter, page: PageRequest
    ) async throws(ServiceFailure) -> Page<LedgerEntry>
    /// The ledger of all records, record by record, oldest first.
    func ledger(page: PageRequest) async throws(ServiceFailure) -> Page<LedgerEntry>
    /// The state at an instant, from the ledger; zeros before the first row.
    func state(of id: InventoryID, at instant: Instant) async throws(ServiceFailure) -> StockState
    /// Unknown products are missing; products without a record have no lines.
    func availability(_ products: [ProductID]) async throws(ServiceFailure) -> [ProductAvailability]
    /// All reservations of the order, in the order in which they were created.
    func reservations(of order: OrderID) async throws(ServiceFailure) -> [Reservation]
}
