/// The stock of one product in one warehouse.
///
/// Between commands `0 <= quantityReserved <= quantityOnHand <= Quantity.highest` holds.
public struct InventoryRecord: Hashable, Sendable {
    public let id: InventoryID
    public let reference: RecordReference
    /// Units in the warehouse.
    public var quantityOnHand: Int64
    /// Units of `quantityOnHand` that pending reservations hold.
    public var quantityReserved: Int64
    /// The record is low when available is at or below this.
    public var reorderPoint: Int64
    /// Purchase orders are placed in multiples of this many units.
    public var reorderQuantity: Int64
    /// Units that the merchant wants as a buffer. For information only: no rule of the stock machine reads it.
    public var safetyStock: Int64
    /// How many ledger rows the record has; the newest row carries this number.
    public var version: Int64
    /// When the newest ledger row was written, or the record created.
    public var updatedAt: Instant

    public init(
        id: InventoryID, reference: RecordReference, quantityOnHand: Int64 = 0, quantityReserved: Int64 = 0,
        reorderPoint: Int64 = 0, reorderQuantity: Int64 = 1, safetyStock: Int64 = 0, version: Int64 = 0,
        updatedAt: Instant
    ) {
        self.id = id
        self.reference = reference
        self.quantityOnHand = quantityOnHand
        self.quantityReserved = quantityReserved
        self.reorderPoint = reorderPoint
        self.reorderQuantity = reorderQuantity
        self.safetyStock = safetyStock
        self.version = version
        self.updatedAt = updatedAt
    }

    public var key: RecordKey { reference.key }

    /// Units that can be sold now.
    public var quantityAvailable: Int64 { quantityOnHand - quantityReserved }

    /// Whether available is at or below the reorder point.
    public var isLowStock: Bool { quantityAvailable <= reorderPoint }

    /// The smallest multiple of the reorder quantity that lifts available above the reorder point; 0 if it is above
    /// already.
    public var suggestedQuantity: Int64 {
        guard isLowStock else { return 0 }
        // Both are at most 2^53 - 1, so the sum below stays under 2^55.
        return ((reorderPoint - quantityAvailable) / reorderQuantity + 1) * reorderQuantity
    }
}
