public import Domain

/// An unresolved alert, with its purchase order suggestion.
public struct ProcurementState: Hashable, Sendable {
    public struct Suggestion: Hashable, Sendable {
        public let id: SuggestionID
        public let quantity: Int64
        public let unitPrice: Money
        public let status: SuggestionView.Status
        public let decidedBy: String?

        public init(
            id: SuggestionID, quantity: Int64, unitPrice: Money, status: SuggestionView.Status, decidedBy: String?
        ) {
            self.id = id
            self.quantity = quantity
            self.unitPrice = unitPrice
            self.status = status
            self.decidedBy = decidedBy
        }
    }

    public let alert: AlertID
    public let alertStatus: AlertView.Status
    public let acknowledgedBy: String?
    public let suggestion: Suggestion?

    public init(alert: AlertID, alertStatus: AlertView.Status, acknowledgedBy: String?, suggestion: Suggestion?) {
        self.alert = alert
        self.alertStatus = alertStatus
        self.acknowledgedBy = acknowledgedBy
        self.suggestion = suggestion
    }
}

/// A pending reservation of a product.
public struct OpenReservation: Hashable, Sendable {
    public let orderID: OrderID
    public let warehouseCode: WarehouseCode
    public let quantity: Int64
    public let expiresAt: Instant

    public init(orderID: OrderID, warehouseCode: WarehouseCode, quantity: Int64, expiresAt: Instant) {
        self.orderID = orderID
        self.warehouseCode = warehouseCode
        self.quantity = quantity
        self.expiresAt = expiresAt
    }
}

/// Reads that the dashboard needs in addition to those of the API. Throws `.unavailable` or `.internalFault`.
public protocol DashboardQueries: Sendable {
    /// A token that changes with every commit of any process. It may also change without any visible change. Reads no
    /// table, because it is polled twice a second.
    func changeMark() async throws(ServiceFailure) -> String

    /// The alert and suggestion of each low record; records that are not low are missing.
    func procurement(of records: [InventoryID]) async throws(ServiceFailure) -> [InventoryID: ProcurementState]

    /// A product's pending reservations over all warehouses, soonest to expire first.
    func openReservations(of product: ProductID, limit: Int) async throws(ServiceFailure) -> [OpenReservation]

    /// The sums of a product over all its warehouses.
    func totals(of product: ProductID) async throws(ServiceFailure) -> ProductTotals
}

/// A product's stock over all warehouses, in units.
public struct ProductTotals: Hashable, Sendable {
    public let records: Int64
    public let onHand: Int64
    public let reserved: Int64
    public let lowRecords: Int64

    public init(records: Int64, onHand: Int64, reserved: Int64, lowRecords: Int64) {
        self.records = records
        self.onHand = onHand
        self.reserved = reserved
        self.lowRecords = lowRecords
    }

    public var available: Int64 { onHand - reserved }
}
