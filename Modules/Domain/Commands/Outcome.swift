/// What a command did, once it is durable.
public enum Outcome: Hashable, Sendable {
    case moved(MovementOutcome)
    case batch([MovementOutcome])
    case reserved(order: OrderID, reservations: [ReservationID], expiresAt: Instant)
    case confirmed(order: OrderID)
    case released(order: OrderID)
    case extended(order: OrderID, expiresAt: Instant)
    /// The record as it stands now; `created` when there was none before.
    case policy(InventoryRecord, created: Bool)
    /// Whether there was no record before, and whether anything was changed.
    case stockSet(created: Bool, changed: Bool)
    /// How many overdue reservations were released, and whether that were all of the records named.
    case expired(count: Int, isComplete: Bool)
}

public enum MovementOutcome: Hashable, Sendable {
    case changed(ChangeOutcome)
    case transferred(TransferOutcome)
}

/// A receive, ship or adjust.
public struct ChangeOutcome: Hashable, Sendable {
    public let record: RecordReference
    public let oldQuantity: Int64
    public let newQuantity: Int64
    /// nil when a count of 0 met no record.
    public let inventoryID: InventoryID?
    public let version: Int64
    /// The ledger row; nil when a count found nothing to change.
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
