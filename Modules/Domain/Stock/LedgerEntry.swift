/// One row of the audit ledger: what one command did to one record. Never changed, never deleted.
///
/// A record's rows carry its versions 1, 2, 3 … without a gap, and each row starts with the figures of the row before
/// it, so their sum can be checked.
public struct LedgerEntry: Hashable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case receive, `return`, ship, adjust
        case transferOut = "transfer_out"
        case transferIn = "transfer_in"
        case reserve, confirm, release, expire
        /// The reorder point, reorder quantity or safety stock changed; no units moved.
        case policy
    }

    public let id: TransactionID
    public let inventoryID: InventoryID
    /// The record's version after this row.
    public let version: Int64
    public let kind: Kind
    /// Units by which on hand changed.
    public let quantityChange: Int64
    public let quantityAfter: Int64
    /// Units by which reserved changed.
    public let reservedChange: Int64
    public let reservedAfter: Int64
    public let orderID: OrderID?
    public let reason: String?
    public let reference: String?
    /// Who did it: the name of an API key, or of a program.
    public let actor: String
    public let createdAt: Instant

    public var quantityBefore: Int64 { quantityAfter - quantityChange }
    public var reservedBefore: Int64 { reservedAfter - reservedChange }

    public init(
        id: TransactionID, inventoryID: InventoryID, version: Int64, kind: Kind, quantityChange: Int64,
        quantityAfter: Int64, reservedChange: Int64, reservedAfter: Int64, orderID: OrderID?, reason: String?,
        reference: String?, actor: String, createdAt: Instant
    ) {
        self.id = id
        self.inventoryID = inventoryID
        self.version = version
        self.kind = kind
        self.quantityChange = quantityChange
        self.quantityAfter = quantityAfter
        self.reservedChange = reservedChange
        self.reservedAfter = reservedAfter
        self.orderID = orderID
        self.reason = reason
        self.reference = reference
        self.actor = actor
        self.createdAt = createdAt
    }
}
