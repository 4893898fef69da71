/// Figures over the whole stock.
public struct StockSummary: Hashable, Sendable {
    /// Records with no units available.
    public let outOfStockCount: Int64
    /// Records at or below their reorder point, including those out of stock.
    public let lowStockCount: Int64
    /// The value of the stock on hand at today's base prices: two places.
    public let inventoryValue: ExactDecimal
    public let productCount: Int64
    public let inventoryCount: Int64
    public let pendingReservations: Int64
    public let pendingUnits: ExactDecimal
    /// Checkouts of the last 24 hours that the rules accepted or refused, over all servers.
    public let attempts: Int64
    /// Those of them that were accepted.
    public let succeeded: Int64
    /// Alerts that are not yet acknowledged.
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

/// Figures over the whole stock, as `docs/reports.md` defines them. Throws `.unavailable`, `.internalFault` or
/// `.badCursor`.
public protocol StockReports: Sendable {
    /// At most a few seconds old.
    func summary() async throws(ServiceFailure) -> StockSummary

    /// The products with the most ledger rows in the last `days`, most first, ties by SKU.
    /// - Parameters:
    ///   - days: 1 ... 365, of 24 hours each, up to now.
    ///   - limit: 1 ... 500.
    func topMovers(days: Int64, limit: Int) async throws(ServiceFailure) -> [TopMover]

    /// Units shipped and confirmed relative to stock on hand, by product, ordered by SKU.
    /// - Parameter days: 1 ... 365 calendar days in UTC, including today.
    func turnover(days: Int64, page: PageRequest) async throws(ServiceFailure) -> TurnoverReport

    /// Units received, shipped and adjusted, oldest bucket first, including empty buckets.
    /// - Parameter days: as in `turnover`; by hour, the last `days` × 24 hours, including the current one.
    func movements(days: Int64, bucket: MovementBucket) async throws(ServiceFailure) -> [MovementLine]
}
