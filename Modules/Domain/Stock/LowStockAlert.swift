/// A record fell to its reorder point, and a purchase order is suggested.
///
/// A low record has exactly one unresolved alert; other records have none. A record that becomes low raises an alert. A
/// record that recovers resolves it, and withdraws the suggestion if it is still open.
public struct LowStockAlert: Hashable, Sendable {
    public let id: AlertID
    public let suggestionID: SuggestionID
    public let inventoryID: InventoryID
    /// Units available when the alert was raised.
    public let quantityAvailable: Int64
    public let reorderPoint: Int64
    /// Units to order, a multiple of the record's reorder quantity.
    public let suggestedQuantity: Int64
    public let createdAt: Instant
    public var resolvedAt: Instant?

    public init(
        id: AlertID, suggestionID: SuggestionID, inventoryID: InventoryID, quantityAvailable: Int64,
        reorderPoint: Int64, suggestedQuantity: Int64, createdAt: Instant, resolvedAt: Instant? = nil
    ) {
        self.id = id
        self.suggestionID = suggestionID
        self.inventoryID = inventoryID
        self.quantityAvailable = quantityAvailable
        self.reorderPoint = reorderPoint
        self.suggestedQuantity = suggestedQuantity
        self.createdAt = createdAt
        self.resolvedAt = resolvedAt
    }
}
