/// A change of stock. Every program changes stock only by one of these commands.
///
/// The code that makes a command has checked that quantities are within their ranges, and has resolved the records.
public enum Command: Hashable, Sendable {
    /// One movement of units.
    case move(Movement)
    /// 1 ... 1,000 movements, all or nothing; later ones see the effect of earlier ones.
    case batch([Movement])
    /// Reserves units for an order, all items or none. 1 ... 500 items.
    case reserve(ReserveOrder)
    /// The order was paid: the units of its pending reservations leave the warehouse.
    case confirm(OrderID)
    /// The order was cancelled: the units of its pending reservations can be sold again.
    case release(OrderID)
    /// The order's pending reservations now expire this many seconds from now, 1 ... 604,800.
    case extend(OrderID, seconds: Int64)
    /// Sets when to reorder and how much; creates the record if it does not exist.
    case setPolicy(PolicyChange)
    /// Sets on hand and the reorder figures from a row of an imported table; creates the record if it does not exist.
    case setStock(StockSetting)
    /// Releases the overdue reservations of these records.
    case expire([RecordReference])
}

/// A movement of units in, out, or from one warehouse to another.
public enum Movement: Hashable, Sendable {
    case change(ChangeKind, StockChange)
    case adjust(Adjustment)
    case transfer(Transfer)
}

/// Why a movement was made, and the document behind it; free text from the caller.
public struct Note: Hashable, Sendable {
    public let reason: String?
    public let reference: String?

    public init(reason: String? = nil, reference: String? = nil) {
        self.reason = reason
        self.reference = reference
    }
}

/// A number of units that one record receives or ships.
public struct StockChange: Hashable, Sendable {
    public let record: RecordReference
    /// Units, `Quantity.movable`.
    public let quantity: Int64
    public let note: Note
    /// The command is refused unless the record has this version; nil skips the check.
    public let expectedVersion: Int64?

    public init(record: RecordReference, quantity: Int64, note: Note = Note(), expectedVersion: Int64? = nil) {
        self.record = record
        self.quantity = quantity
        self.note = note
        self.expectedVersion = expectedVersion
    }
}

/// A correction of what is on hand.
public struct Adjustment: Hashable, Sendable {
    public enum Target: Hashable, Sendable {
        /// Units up or down, not 0, its magnitude within `Quantity.movable`.
        case change(Int64)
        /// The counted quantity on hand, `Quantity.countable`.
        case count(Int64)
    }

    public let record: RecordReference
    public let target: Target
    public let note: Note
    /// The command is refused unless the record has this version; nil skips the check.
    public let expectedVersion: Int64?

    public init(record: RecordReference, target: Target, note: Note, expectedVersion: Int64? = nil) {
        self.record = record
        self.target = target
        self.note = note
        self.expectedVersion = expectedVersion
    }
}

/// Units of one product from one warehouse to another.
public struct Transfer: Hashable, Sendable {
    public let source: RecordReference
    /// The same product in another warehouse.
    public let destination: RecordReference
    /// Units, `Quantity.movable`.
    public let quantity: Int64
    public let note: Note

    public init(source: RecordReference, destination: RecordReference, quantity: Int64, note: Note = Note()) {
        self.source = source
        self.destination = destination
        self.quantity = quantity
        self.note = note
    }
}

/// A checkout: reserves units of one or more records for an order.
public struct ReserveOrder: Hashable, Sendable {
    public struct Item: Hashable, Sendable {
        public let record: RecordReference
        /// Units, `Quantity.movable`.
        public let quantity: Int64

        public init(record: RecordReference, quantity: Int64) {
            self.record = record
            self.quantity = quantity
        }
    }

    public let orderID: OrderID
    public let items: [Item]
    /// How long the reservations last, in seconds, 1 ... 604,800.
    public let seconds: Int64

    public init(orderID: OrderID, items: [Item], seconds: Int64) {
        self.orderID = orderID
        self.items = items
        self.seconds = seconds
    }
}

/// When to reorder one record, and how much to order.
public struct PolicyChange: Hashable, Sendable {
    public let record: RecordReference
    public let reorderPoint: Int64
    public let reorderQuantity: Int64
    /// nil leaves the record's figure as it is (0 for a new record).
    public let safetyStock: Int64?

    public init(record: RecordReference, reorderPoint: Int64, reorderQuantity: Int64, safetyStock: Int64? = nil) {
        self.record = record
        self.reorderPoint = reorderPoint
        self.reorderQuantity = reorderQuantity
        self.safetyStock = safetyStock
    }
}

/// The figures that one record must have afterwards: a row of an imported table.
public struct StockSetting: Hashable, Sendable {
    public let record: RecordReference
    /// Units, `Quantity.countable`.
    public let quantityOnHand: Int64
    /// nil leaves the record's figure as it is (0 for a new record).
    public let reorderPoint: Int64?
    /// nil leaves the record's figure as it is (1 for a new record).
    public let reorderQuantity: Int64?
    public let note: Note

    public init(
        record: RecordReference, quantityOnHand: Int64, reorderPoint: Int64? = nil, reorderQuantity: Int64? = nil,
        note: Note = Note()
    ) {
        self.record = record
        self.quantityOnHand = quantityOnHand
        self.reorderPoint = reorderPoint
        self.reorderQuantity = reorderQuantity
        self.note = note
    }
}
