/// Units of one record, held for an order until payment, release or expiry.
public struct Reservation: Hashable, Sendable {
    /// `pending` is the only state that holds units, and the only one that can change.
    public enum Status: Hashable, Sendable {
        case pending
        case confirmed(at: Instant)
        case released(at: Instant, ReleaseReason)
    }

    public enum ReleaseReason: String, Sendable {
        case cancelled
        case expired
    }

    public let id: ReservationID
    public let orderID: OrderID
    public let inventoryID: InventoryID
    public let reference: RecordReference
    /// Units held, `Quantity.movable`.
    public let quantity: Int64
    public var status: Status
    /// From this instant on, another order may take the units.
    public var expiresAt: Instant
    public let createdAt: Instant

    public init(
        id: ReservationID, orderID: OrderID, inventoryID: InventoryID, reference: RecordReference, quantity: Int64,
        status: Status = .pending, expiresAt: Instant, createdAt: Instant
    ) {
        self.id = id
        self.orderID = orderID
        self.inventoryID = inventoryID
        self.reference = reference
        self.quantity = quantity
        self.status = status
        self.expiresAt = expiresAt
        self.createdAt = createdAt
    }

    public var isPending: Bool { status == .pending }

    /// Whether it is still pending although it has expired.
    public func isOverdue(at now: Instant) -> Bool { isPending && expiresAt <= now }

    /// When it was confirmed or released; nil while pending.
    public var resolvedAt: Instant? {
        switch status {
        case .pending: nil
        case .confirmed(let at), .released(let at, _): at
        }
    }
}
