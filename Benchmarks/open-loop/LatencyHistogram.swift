/// Counts of latencies in buckets that grow with the latency, so that each percentile is known to within 1 / 128 of itself
/// in constant memory.
///
/// Below 256 ns a bucket is one nanosecond wide; above, each doubling is split into 128 of one width, as an HdrHistogram does.
struct LatencyHistogram {
    private static let bitsOfDetail = 7
    private var counts: [Int]
    private(set) var count = 0
    private(set) var maximum: UInt64 = 0

    init() {
        counts = Array(repeating: 0, count: Self.index(of: .max) + 1)
    }

    mutating func record(_ nanoseconds: UInt64) {
        counts[Self.index(of: nanoseconds)] += 1
        count += 1
        maximum = max(maximum, nanoseconds)
    }

    /// The latency, in nanoseconds, that the given part (0 ... 1) of all did not exceed; 0 without any.
    func percentile(_ part: Double) -> UInt64 {
        let rank = max(1, Int((part * Double(count)).rounded(.up)))
        var seen = 0
        for (index, number) in counts.enumerated() {
            seen += number
            if seen >= rank { return min(maximum, Self.upperEdge(of: index)) }
        }
        return maximum
    }

    private static func index(of value: UInt64) -> Int {
        let bits = UInt64.bitWidth - value.leadingZeroBitCount
        let shift = max(0, bits - bitsOfDetail - 1)
        return shift << bitsOfDetail + Int(value >> UInt64(shift))
    }

    /// The greatest value that is counted there.
    private static func upperEdge(of index: Int) -> UInt64 {
        let shift = max(0, index >> bitsOfDetail - 1)
        let part = UInt64(index - shift << bitsOfDetail)
        return (part + 1) << UInt64(shift) &- 1
    }
}
