public import Domain

public struct ProductDraft: Hashable, Sendable {
    public let sku: SKU
    public let name: String
    public let basePrice: Money
    public let description: String?
    public let attributes: String?

    public init(sku: SKU, name: String, basePrice: Money, description: String? = nil, attributes: String? = nil) {
        self.sku = sku
        self.name = name
        self.basePrice = basePrice
        self.description = description
        self.attributes = attributes
    }
}

/// Changes to a product. A nil field stays as it is; the inner nil of an optional field removes its value.
public struct ProductPatch: Hashable, Sendable {
    public var name: String?
    public var basePrice: Money?
    public var description: String??
    public var attributes: String??
    public var isArchived: Bool?

    public init(
        name: String? = nil, basePrice: Money? = nil, description: String?? = nil, attributes: String?? = nil,
        isArchived: Bool? = nil
    ) {
        self.name = name
        self.basePrice = basePrice
        self.description = description
        self.attributes = attributes
        self.isArchived = isArchived
    }
}

public struct WarehouseDraft: Hashable, Sendable {
    public let code: WarehouseCode
    public let name: String
    public let priority: Int64

    public init(code: WarehouseCode, name: String, priority: Int64 = 0) {
        self.code = code
        self.name = name
        self.priority = priority
    }
}

/// Changes to a warehouse. A nil field stays as it is.
public struct WarehousePatch: Hashable, Sendable {
    public var name: String?
    public var priority: Int64?
    public var alertRecipients: [String]?
    public var isArchived: Bool?

    public init(
        name: String? = nil, priority: Int64? = nil, alertRecipients: [String]? = nil, isArchived: Bool? = nil
    ) {
        self.name = name
        self.priority = priority
        self.alertRecipients = alertRecipients
        self.isArchived = isArchived
    }
}

/// Products and warehouses. With `once` a change can be retried safely.
///
/// Throws `.alreadyExists`, `.replayed`, `.keyReused`, `.badCursor`, `.unavailable` or `.internalFault`.
public protocol CatalogueStore: Sendable {
    func createProduct(_ draft: ProductDraft, once: Once<Product>?) async throws(ServiceFailure) -> Product
    func product(_ sku: SKU) async throws(ServiceFailure) -> Product?
    /// - Returns: the updated product; nil if it does not exist.
    func updateProduct(
        _ sku: SKU, _ patch: ProductPatch, once: Once<Product?>?
    ) async throws(ServiceFailure) -> Product?
    /// Ordered by SKU.
    /// - Parameter search: the beginning of a SKU, or words that the name contains, in any case.
    func products(search: String?, archived: Bool?, page: PageRequest) async throws(ServiceFailure) -> Page<Product>

    func createWarehouse(_ draft: WarehouseDraft, once: Once<Warehouse>?) async throws(ServiceFailure) -> Warehouse
    func warehouse(_ code: WarehouseCode) async throws(ServiceFailure) -> Warehouse?
    /// - Returns: the updated warehouse; nil if it does not exist.
    func updateWarehouse(
        _ code: WarehouseCode, _ patch: WarehousePatch, once: Once<Warehouse?>?
    ) async throws(ServiceFailure) -> Warehouse?
    /// Ordered by priority, then code.
    func warehouses(page: PageRequest) async throws(ServiceFailure) -> Page<Warehouse>
}

/// Without an idempotency key.
extension CatalogueStore {
    public func createProduct(_ draft: ProductDraft) async throws(ServiceFailure) -> Product {
        try await createProduct(draft, once: nil)
    }

    public func updateProduct(_ sku: SKU, _ patch: ProductPatch) async throws(ServiceFailure) -> Product? {
        try await updateProduct(sku, patch, once: nil)
    }

    public func createWarehouse(_ draft: WarehouseDraft) async throws(ServiceFailure) -> Warehouse {
        try await createWarehouse(draft, once: nil)
    }

    public func updateWarehouse(
        _ code: WarehouseCode, _ patch: WarehousePatch
    ) async throws(ServiceFailure) -> Warehouse? {
        try await updateWarehouse(code, patch, once: nil)
    }
}
