/// A place that holds stock. Never deleted; archived ones neither receive nor reserve.
public struct Warehouse: Hashable, Sendable {
    /// What a priority may be: enough for any order among warehouses.
    public static let priorities: ClosedRange<Int64> = 0...1_000_000

    public let id: WarehouseID
    public let code: WarehouseCode
    /// 1 ... 200 characters, no control characters.
    public var name: String
    /// The owner's preference among warehouses, lowest first. No rule of the stock machine reads it.
    public var priority: Int64
    /// Who is mailed about low stock here, instead of the general list; empty means the general list.
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
