/// What a caller may do (api.md, *Authentication*).
public enum Scope: String, Hashable, Sendable, CaseIterable {
    case read
    /// Receive, ship, adjust, transfer, count.
    case stockWrite = "stock:write"
    case reservationsWrite = "reservations:write"
    case catalogWrite = "catalog:write"
    case procurementWrite = "procurement:write"
    /// Implies all others.
    case admin
}
