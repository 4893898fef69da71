/// Counts durations in buckets 1/128 of their size wide (at least 1 µs), so a quantile is at most 0.8 % too high. Takes
/// 32 KB however much it counts.
struct LatencyHistogram: Equatable, Sendable {
    private static let subBits = 7
    private static let subCount = 1 << subBits
    /// 2^37 µs is 38 hours; what is above counts as that.
    private static let maximumMicroseconds: UInt64 = (1 << 37) - 1

    private var buckets = [UInt64](repeating: 0, count: (37 - subBits + 1) * subCount)
    private(set) var count: UInt64 = 0
    private(set) var maximum: Duration = .zero

    mutating func note(_ duration: Duration) {
        let parts = duration.components
        let whole = max(0, parts.seconds).multipliedReportingOverflow(by: 1_000_000)
        let microseconds =
            whole.overflow
            ? Self.maximumMicroseconds
            : UInt64(whole.partialValue) + UInt64(max(0, parts.attoseconds / 1_000_000_000_000))
        buckets[Self.bucket(min(microseconds, Self.maximumMicroseconds))] += 1
        count += 1
        maximum = max(maximum, duration)
    }

    /// The duration that a share `quantile` of all noted ones does not exceed; nil when none was noted.
    func quantile(_ quantile: Double) -> Duration? {
        guard count > 0 else { return nil }
        let rank = max(1, UInt64((quantile * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for (index, bucket) in buckets.enumerated() where bucket > 0 {
            seen += bucket
            if seen >= rank { return min(.microseconds(Int64(Self.upperBound(index))), maximum) }
        }
        return maximum
    }

    /// The first 128 buckets are 1 µs wide; each 128 after them cover the next power of two.
    private static func bucket(_ microseconds: UInt64) -> Int {
        guard microseconds >= UInt64(subCount) else { return Int(microseconds) }
        let shift = (63 - microseconds.leadingZeroBitCount) - subBits
        return (shift + 1) * subCount + Int(microseconds >> UInt64(shift)) - subCount
    }

    private static func upperBound(_ index: Int) -> UInt64 {
        guard index >= subCount else { return UInt64(index) }
        let shift = UInt64(index / subCount - 1)
        return ((UInt64(index % subCount + subCount) + 1) << shift) - 1
    }
}

/// One histogram a kind of call.
struct LatencyHistograms: Equatable, Sendable {
    var reserve = LatencyHistogram()
    var confirm = LatencyHistogram()
    var release = LatencyHistogram()
}
