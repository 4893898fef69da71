/// What a command did, once it is durable.
public enum Outcome: Hashable, Sendable {
    case moved(MovementOutcome)
    case batch([MovementOutcome])
    case reserved(order: OrderID, reservations: [ReservationID], expiresAt: Instant)
    case confirmed(order: OrderID)
    case released(order: OrderID)
    case extended(order: OrderID, expiresAt: Instant)
    /// The record after the change; `created` if the command created it.
    case policy(InventoryRecord, created: Bool)
    /// Whether the command created the record, and whether it changed anything.
    case stockSet(created: Bool, changed: Bool)
    /// How many overdue reservations were released; `isComplete` unless the records may have more.
    case expired(count: Int, isComplete: Bool)
}

public enum MovementOutcome: Hashable, Sendable {
    case changed(ChangeOutcome)
    case transferred(TransferOutcome)
}

/// A change or an adjustment of one record.
public struct ChangeOutcome: Hashable, Sendable {
    public let record: RecordReference
    public let oldQuantity: Int64
    public let newQuantity: Int64
    /// nil if the count was 0 and the record does not exist.
    public let inventoryID: InventoryID?
    public let version: Int64
    /// The ledger row; nil if the count equalled the quantity on hand.
    public let transactionID: TransactionID?

    public init(
        record: RecordReference, oldQuantity: Int64, newQuantity: Int64, inventoryID: InventoryID?, version: Int64,
        transactionID: TransactionID?
    ) {
        self.record = record
        self.oldQuantity = oldQuantity
        self.newQuantity = newQuantity
        self.inventoryID = inventoryID
        self.version = version
        self.transactionID = transactionID
    }
}

public struct TransferOutcome: Hashable, Sendable {
    public let transfer: Transfer
    public let transactionOut: TransactionID
    public let transactionIn: TransactionID

    public init(transfer: Transfer, transactionOut: TransactionID, transactionIn: TransactionID) {
        self.transfer = transfer
        self.transactionOut = transactionOut
        self.transactionIn = transactionIn
    }
}
