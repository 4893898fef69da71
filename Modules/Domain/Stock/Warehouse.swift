/// A place that holds stock. Never deleted. An archived warehouse cannot receive, and its stock cannot be reserved.
public struct Warehouse: Hashable, Sendable {
    /// The range of `priority`: enough for any ranking of warehouses.
    public static let priorities: ClosedRange<Int64> = 0...1_000_000

    public let id: WarehouseID
    public let code: WarehouseCode
    /// 1 ... 200 characters, no control characters.
    public var name: String
    /// The merchant's ranking of warehouses, lowest first. For information only: no rule of the stock machine reads it.
    public var priority: Int64
    /// The recipients of low-stock emails for this warehouse; if empty, the general list (`ALERT_TO`) is used.
    public var alertRecipients: [String]
    public var isArchived: Bool
    public let createdAt: Instant
    public var updatedAt: Instant

    public init(
        id: WarehouseID, code: WarehouseCode, name: String, priority: Int64 = 0, alertRecipients: [String] = [],
        isArchived: Bool = false, createdAt: Instant, updatedAt: Instant
    ) {
        self.id = id
        self.code = code
        self.name = name
        self.priority = priority
        self.alertRecipients = alertRecipients
        self.isArchived = isArchived
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
