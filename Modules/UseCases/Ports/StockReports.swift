/// How the whole stock stands.
public struct StockSummary: Hashable, Sendable {
    /// Records with nothing available.
    public let outOfStockCount: Int64
    /// Records at or below their reorder point, those above included.
    public let lowStockCount: Int64
    /// What is on hand, each unit at its product's base price now: a decimal with two places, beyond any fixed width.
    public let inventoryValue: String
    public let productCount: Int64
    public let inventoryCount: Int64
    public let pendingReservations: Int64
    public let pendingUnits: Int64
    /// Checkouts of the last 24 hours that the rules decided, over all servers.
    public let attempts: Int64
    /// Those of them whose units were held.
    public let succeeded: Int64
    /// Alerts that nobody has acknowledged yet.
    public let openAlerts: Int64

    public init(
        outOfStockCount: Int64, lowStockCount: Int64, inventoryValue: String, productCount: Int64,
        inventoryCount: Int64, pendingReservations: Int64, pendingUnits: Int64, attempts: Int64, succeeded: Int64,
        openAlerts: Int64
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

/// Figures over the whole stock. Throws `.unavailable` or `.internalFault`.
public protocol StockReports: Sendable {
    /// At most a few seconds old.
    func summary() async throws(ServiceFailure) -> StockSummary
}
