/// What somebody wants of the stock. Every change of stock, by whatever program, is one of these.
///
/// Quantities are within their ranges and the records are known: the border has checked both.
public enum Command: Hashable, Sendable {
    /// One movement of units.
    case move(Movement)
    /// Movements that happen together or not at all; later ones see earlier ones. 1 ... 1,000.
    case batch([Movement])
    /// Units for an order, all items or none. 1 ... 500 items.
    case reserve(ReserveOrder)
    /// Payment arrived: everything pending of the order leaves the building.
    case confirm(OrderID)
    /// The order was given up: everything pending of it can be sold again.
    case release(OrderID)
    /// Everything pending of the order is held for so many seconds from now, 1 ... 604,800.
    case extend(OrderID, seconds: Int64)
    /// When to reorder and how much; makes the record when there is none.
    case setPolicy(PolicyChange)
    /// What is on hand and when to reorder, as a table says; makes the record when there is none.
    case setStock(StockSetting)
    /// What is overdue on these records goes back on sale.
    case expire([RecordReference])
}

/// A movement of units in, out, or from one warehouse to another.
public enum Movement: Hashable, Sendable {
    case change(ChangeKind, StockChange)
    case adjust(Adjustment)
    case transfer(Transfer)
}

/// Why, and on what paper, a movement was made; both are the caller's words.
public struct Note: Hashable, Sendable {
    public let reason: String?
    public let reference: String?

    public init(reason: String? = nil, reference: String? = nil) {
        self.reason = reason
        self.reference = reference
    }
}

/// So many units into or out of one record.
public struct StockChange: Hashable, Sendable {
    public let record: RecordReference
    /// Units, `Quantity.movable`.
    public let quantity: Int64
    public let note: Note
    /// The version that the caller saw; nil when it does not matter.
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
        /// What somebody counted, `Quantity.countable`.
        case count(Int64)
    }

    public let record: RecordReference
    public let target: Target
    public let note: Note
    /// The version that the caller saw; nil when it does not matter.
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

/// A checkout: units of several records for one order.
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
    /// How long the units are held, in seconds, 1 ... 604,800.
    public let seconds: Int64

    public init(orderID: OrderID, items: [Item], seconds: Int64) {
        self.orderID = orderID
        self.items = items
        self.seconds = seconds
    }
}

/// When to reorder one record, and how much.
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

/// How one record is to stand, whatever it was before: a row of an imported table.
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
