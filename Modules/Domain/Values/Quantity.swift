/// The limits of quantities, in units (api.md, *Conventions* and *Catalogue*).
public enum Quantity {
    /// What one item or one movement may move or reserve.
    public static let movable: ClosedRange<Int64> = 1...1_000_000_000
    /// The most that a record may hold on hand: 2^53 - 1, the largest integer that every JSON reader keeps exact.
    public static let highest: Int64 = 9_007_199_254_740_991
    /// What a count, a reorder point or a safety stock may be.
    public static let countable: ClosedRange<Int64> = 0...highest
    /// What a reorder quantity may be.
    public static let reorderable: ClosedRange<Int64> = 1...highest
}
