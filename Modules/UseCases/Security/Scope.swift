/// A permission of a caller.
public enum Scope: String, Hashable, Sendable, CaseIterable {
    case read
    /// Every movement, and counts.
    case stockWrite = "stock:write"
    case reservationsWrite = "reservations:write"
    case catalogWrite = "catalog:write"
    case procurementWrite = "procurement:write"
    /// Implies all others.
    case admin
}
