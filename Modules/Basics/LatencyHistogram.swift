/// Counts latencies in buckets that grow with the latency, so that every quantile is at most 1/128 too high and never
/// too low. It takes 58 KB, however much it counts.
///
/// Below 256 ns a bucket is one nanosecond wide; above, each doubling is split into 128 of one width, as in an
/// HdrHistogram.
package struct LatencyHistogram: Equatable, Sendable {
    @usableFromInline static let precisionBits = 7
    @usableFromInline var counts: [Int]
    @usableFromInline var highest: UInt64 = 0
    @usableFromInline var total = 0

    /// How many latencies were recorded.
    package var count: Int { total }

    package init() {
        counts = Array(repeating: 0, count: Self.index(of: .max) + 1)
    }

    @inlinable
    package mutating func record(nanoseconds: UInt64) {
        counts[Self.index(of: nanoseconds)] += 1
        total += 1
        highest = max(highest, nanoseconds)
    }

    /// A negative duration counts as zero, one of more than 584 years as that.
    package mutating func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (product, overflow) = UInt64(max(0, seconds)).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, sumOverflow) = product.addingReportingOverflow(UInt64(max(0, attoseconds / 1_000_000_000)))
        record(nanoseconds: overflow || sumOverflow ? .max : sum)
    }

    /// The longest recorded latency; zero if none was recorded.
    package var maximum: Duration { Self.duration(highest) }

    /// The latency that a share (0 ... 1) of all did not exceed; nil if none was recorded.
    package func quantile(_ share: Double) -> Duration? {
        guard count > 0 else { return nil }
        let rank = max(1, Int((share * Double(count)).rounded(.up)))
        var seen = 0
        for (index, number) in counts.enumerated() where number > 0 {
            seen += number
            if seen >= rank { return Self.duration(min(highest, Self.upperEdge(of: index))) }
        }
        return maximum
    }

    private static func duration(_ nanoseconds: UInt64) -> Duration {
        Duration(
            secondsComponent: Int64(nanoseconds / 1_000_000_000),
            attosecondsComponent: Int64(nanoseconds % 1_000_000_000) * 1_000_000_000)
    }

    @inlinable
    static func index(of nanoseconds: UInt64) -> Int {
        let bits = UInt64.bitWidth - nanoseconds.leadingZeroBitCount
        let shift = max(0, bits - precisionBits - 1)
        return shift << precisionBits + Int(nanoseconds >> UInt64(shift))
    }

    /// The greatest latency that the bucket counts.
    private static func upperEdge(of index: Int) -> UInt64 {
        let shift = max(0, index >> precisionBits - 1)
        let part = UInt64(index - shift << precisionBits)
        return (part + 1) << UInt64(shift) &- 1
    }
}
