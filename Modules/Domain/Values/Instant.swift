/// A moment in UTC, in whole milliseconds since 1970-01-01T00:00:00Z, as the database's clock tells it.
public struct Instant: Hashable, Sendable, Comparable {
    public let milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// The instant this many seconds later; saturates at the ends of the range.
    public func adding(seconds: Int64) -> Instant {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        guard !overflow else { return Instant(milliseconds: seconds < 0 ? .min : .max) }
        let (sum, sumOverflow) = milliseconds.addingReportingOverflow(product)
        return Instant(milliseconds: sumOverflow ? (seconds < 0 ? .min : .max) : sum)
    }
}
