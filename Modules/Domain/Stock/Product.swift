/// An article of the catalogue. Never deleted: the ledger speaks of it. Archived ones are neither received nor reserved.
public struct Product: Hashable, Sendable {
    public let id: ProductID
    public let sku: SKU
    /// 1 ... 200 characters, no control characters.
    public var name: String
    public var basePrice: Money
    public var description: String?
    /// The caller's own facts as a JSON object's text; nil when none were given.
    public var attributes: String?
    public var isArchived: Bool
    public let createdAt: Instant
    public var updatedAt: Instant

    public init(
        id: ProductID, sku: SKU, name: String, basePrice: Money, description: String? = nil,
        attributes: String? = nil, isArchived: Bool = false, createdAt: Instant, updatedAt: Instant
    ) {
        self.id = id
        self.sku = sku
        self.name = name
        self.basePrice = basePrice
        self.description = description
        self.attributes = attributes
        self.isArchived = isArchived
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
