/// The limits of quantities, in units.
public enum Quantity {
    /// The range of the quantity of one movement or one item of a checkout.
    public static let movable: ClosedRange<Int64> = 1...1_000_000_000
    /// The most that a record may have on hand: 2^53 - 1, the largest integer that every JSON parser reads exactly.
    public static let highest: Int64 = 9_007_199_254_740_991
    /// The range of a count, a reorder point and a safety stock.
    public static let countable: ClosedRange<Int64> = 0...highest
    /// The range of a reorder quantity.
    public static let reorderable: ClosedRange<Int64> = 1...highest
}
