/// Why the rules refused a command. A refused command changed nothing, except that overdue reservations which were
/// released while looking for units stay released.
public enum StockRefusal: Error, Hashable, Sendable {
    case insufficientStock(Shortage)
    /// The caller's `expected_version` is not the record's.
    case versionConflict(currentVersion: Int64)
    /// A receive or reserve of an archived product or warehouse.
    case archived(Archived)
    case unknownOrder(OrderID)
    /// Confirm or extend after the reservation's time.
    case reservationExpired(OrderID)
    /// Release or extend of what is confirmed.
    case alreadyConfirmed(OrderID)
    /// Confirm or extend of what the caller released.
    case alreadyReleased(OrderID)
    /// On hand would pass `Quantity.highest`.
    case quantityTooHigh(RecordReference)
    /// What refused the operation at this index of a batch.
    indirect case operation(index: Int, StockRefusal)

    public struct Shortage: Hashable, Sendable {
        public let record: RecordReference
        /// nil when the warehouse has no record of the product.
        public let inventoryID: InventoryID?
        /// Units that could have been had.
        public let available: Int64
        /// Units that were wanted of this record, over all of the command's items.
        public let requested: Int64

        public init(record: RecordReference, inventoryID: InventoryID?, available: Int64, requested: Int64) {
            self.record = record
            self.inventoryID = inventoryID
            self.available = available
            self.requested = requested
        }
    }

    public enum Archived: Hashable, Sendable {
        case product(SKU)
        case warehouse(WarehouseCode)
    }
}
