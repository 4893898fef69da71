/// Why the rules refused a command. A refused command changes nothing, with one exception: overdue reservations that
/// were released to find units stay released.
public enum StockRefusal: Error, Hashable, Sendable {
    case insufficientStock(Shortage)
    /// The caller's `expected_version` is not the record's.
    case versionConflict(currentVersion: Int64)
    /// A receive or reserve of an archived product or warehouse.
    case archived(Archived)
    case unknownOrder(OrderID)
    /// Confirm or extend after the reservation expired.
    case reservationExpired(OrderID)
    /// Release or extend of a confirmed order.
    case alreadyConfirmed(OrderID)
    /// Confirm or extend of an order that the caller released.
    case alreadyReleased(OrderID)
    /// On hand would pass `Quantity.highest`.
    case quantityTooHigh(RecordReference)
    /// Why the operation at this index of a batch was refused.
    indirect case operation(index: Int, StockRefusal)

    public struct Shortage: Hashable, Sendable {
        public let record: RecordReference
        /// nil when the warehouse has no record of the product.
        public let inventoryID: InventoryID?
        /// Units that were available.
        public let available: Int64
        /// Units requested of this record, summed over all of the command's items.
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
