/// What the store knows about the records and orders of a batch, read under their locks.
public struct StockFacts: Sendable {
    /// The records that exist and that this batch has locked. A command's record that is missing here does not exist.
    public var records: StockRecords
    /// All reservations, pending or not, of each order that a command of the batch confirms, releases or extends.
    public var orders: [OrderID: [Reservation]]
    public var archivedProducts: Set<ProductID>
    public var archivedWarehouses: Set<WarehouseID>

    public init(
        records: [RecordKey: InventoryRecord] = [:], orders: [OrderID: [Reservation]] = [:],
        archivedProducts: Set<ProductID> = [], archivedWarehouses: Set<WarehouseID> = []
    ) {
        self.records = StockRecords(records)
        self.orders = orders
        self.archivedProducts = archivedProducts
        self.archivedWarehouses = archivedWarehouses
    }
}

/// Overdue reservations of one record, oldest expiry first.
public struct OverdueReservations: Sendable {
    public var reservations: [Reservation]
    /// Whether these are all of the record's overdue reservations.
    public var isComplete: Bool

    public init(reservations: [Reservation], isComplete: Bool) {
        self.reservations = reservations
        self.isComplete = isComplete
    }
}
