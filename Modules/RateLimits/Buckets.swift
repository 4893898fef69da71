/// A token bucket for each caller, by the generic cell rate algorithm (ITU-T I.371). It needs one number a caller: the
/// moment at which the bucket is full again. Pure.
struct Buckets {
    private let rate: RequestRate
    /// When each caller's bucket is full again. A bucket whose moment has passed need not be remembered.
    private var fullAt: [String: Int64] = [:]

    /// The most callers to remember; with more, full buckets are forgotten first. Callers are existing keys and genuine
    /// tokens, so in practice there are far fewer.
    private static let callerLimit = 10_000

    init(_ rate: RequestRate) {
        self.rate = rate
    }

    /// Takes one request of a caller.
    /// - Parameter now: nanoseconds of a monotonic clock.
    /// - Returns: nil if the request is allowed, otherwise the nanoseconds until it would be.
    mutating func take(_ caller: String, now: Int64) -> Int64? {
        let next = max(fullAt[caller] ?? now, now) + rate.interval
        guard next - now <= rate.slack else { return next - now - rate.slack }
        if fullAt.count >= Self.callerLimit, fullAt[caller] == nil {
            fullAt = fullAt.filter { $0.value > now }
            if fullAt.count >= Self.callerLimit { fullAt.removeAll() }
        }
        fullAt[caller] = next
        return nil
    }
}
