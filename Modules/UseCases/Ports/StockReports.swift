/// How the whole stock stands.
public struct StockSummary: Hashable, Sendable {
    /// Records with nothing available.
    public let outOfStockCount: Int64
    /// Records at or below their reorder point, those above included.
    public let lowStockCount: Int64
    /// What is on hand, each unit at its product's base price now: two places.
    public let inventoryValue: ExactDecimal
    public let productCount: Int64
    public let inventoryCount: Int64
    public let pendingReservations: Int64
    public let pendingUnits: ExactDecimal
    /// Checkouts of the last 24 hours that the rules decided, over all servers.
    public let attempts: Int64
    /// Those of them whose units were held.
    public let succeeded: Int64
    /// Alerts that nobody has acknowledged yet.
    public let openAlerts: Int64

    public init(
        outOfStockCount: Int64, lowStockCount: Int64, inventoryValue: ExactDecimal, productCount: Int64,
        inventoryCount: Int64, pendingReservations: Int64, pendingUnits: ExactDecimal, attempts: Int64,
        succeeded: Int64, openAlerts: Int64
    ) {
        self.outOfStockCount = outOfStockCount
        self.lowStockCount = lowStockCount
        self.inventoryValue = inventoryValue
        self.productCount = productCount
        self.inventoryCount = inventoryCount
        self.pendingReservations = pendingReservations
        self.pendingUnits = pendingUnits
        self.attempts = attempts
        self.succeeded = succeeded
        self.openAlerts = openAlerts
    }
}

/// Figures over the whole stock, as `docs/reports.md` defines them. Throws `.unavailable`, `.internalFault` or `.badCursor`.
public protocol StockReports: Sendable {
    /// At most a few seconds old.
    func summary() async throws(ServiceFailure) -> StockSummary

    /// The products with the most ledger rows of the last days, most first, ties by SKU.
    /// - Parameters:
    ///   - days: 1 ... 365, of 24 hours each, until now.
    ///   - limit: 1 ... 500.
    func topMovers(days: Int64, limit: Int) async throws(ServiceFailure) -> [TopMover]

    /// What went out against what was there, by products in the order of their SKUs.
    /// - Parameter days: 1 ... 365, of the calendar in UTC, today included.
    func turnover(days: Int64, page: PageRequest) async throws(ServiceFailure) -> TurnoverReport

    /// What came in and went out, oldest bucket first, empty ones included.
    /// - Parameter days: as in `turnover`; for hours the last `days` × 24 of them, the current one included.
    func movements(days: Int64, bucket: MovementBucket) async throws(ServiceFailure) -> [MovementLine]
}
