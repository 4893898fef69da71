/// A product of the catalogue. Never deleted, because the ledger refers to it. An archived product can be neither
/// received nor reserved.
public struct Product: Hashable, Sendable {
    public let id: ProductID
    public let sku: SKU
    /// 1 ... 200 characters, no control characters.
    public var name: String
    public var basePrice: Money
    public var description: String?
    /// The caller's own data: the text of a JSON object; nil if the caller gave none.
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
