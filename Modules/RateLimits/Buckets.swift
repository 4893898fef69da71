/// How much each caller has spent of what it may, by the generic cell rate algorithm (ITU-T I.371): a token bucket that
/// needs one number a caller, the moment at which the bucket would be full again. Pure.
struct Buckets {
    private let rate: RequestRate
    /// When each caller's bucket is full again. Whose moment has passed is at rest and need not be remembered.
    private var fullAt: [String: Int64] = [:]

    /// Callers that are remembered; beyond it those at rest are forgotten first. Callers are keys that exist and tokens
    /// that are genuine, so there are never nearly as many.
    private static let callerLimit = 10_000

    init(_ rate: RequestRate) {
        self.rate = rate
    }

    /// Takes one request of a caller.
    /// - Parameter now: nanoseconds of a clock that never goes back.
    /// - Returns: nil when it may go on, else after how many nanoseconds it may.
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
