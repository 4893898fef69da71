/// The distribution of recorded values, at the resolution of the buckets.
public struct Distribution: Sendable, Hashable {
    /// The upper bounds of the buckets, ascending, each included in its bucket.
    public let bounds: [Double]
    /// The number of values in each bucket; one more than bounds, for values above all of them.
    public let counts: [Int64]
    /// The sum of all values.
    public let sum: Double

    init(bounds: [Double], counts: [Int64], sum: Double) {
        precondition(counts.count == bounds.count + 1, "there must be one bucket per bound and one above")
        self.bounds = bounds
        self.counts = counts
        self.sum = sum
    }

    public var count: Int64 { counts.reduce(0, +) }

    /// The value that this share of all values does not exceed, assuming an even spread within a bucket; nil if there
    /// are no values.
    ///
    /// Values above all bounds count as the highest bound.
    /// - Parameter share: 0 … 1, such as 0.99.
    public func quantile(_ share: Double) -> Double? {
        let total = count
        guard total > 0, let highest = bounds.last else { return nil }
        let rank = min(max(share, 0), 1) * Double(total)
        var below = 0.0
        for (index, bound) in bounds.enumerated() {
            let inBucket = Double(counts[index])
            if inBucket > 0, below + inBucket >= rank {
                let floor = index == 0 ? 0 : bounds[index - 1]
                return floor + (bound - floor) * max(0, rank - below) / inBucket
            }
            below += inBucket
        }
        return highest
    }

    public var p50: Double? { quantile(0.5) }
    public var p95: Double? { quantile(0.95) }
    public var p99: Double? { quantile(0.99) }

    func merged(with other: Distribution) -> Distribution {
        precondition(bounds == other.bounds, "only series of one family can be merged")
        return Distribution(bounds: bounds, counts: zip(counts, other.counts).map { $0 + $1 }, sum: sum + other.sum)
    }
}
