/// How much each caller has spent of what it may, by the generic cell rate algorithm (ITU-T I.371): a token bucket that
/// needs one number a caller, the moment at which the bucket would be full again.
struct RateLimit {
    /// Between two requests at the lasting rate, in nanoseconds.
    private let interval: Int64
    /// How far ahead of that rate a rested caller may be.
    private let slack: Int64
    /// When each caller's bucket is full again. Whose moment has passed is at rest and need not be remembered.
    private var fullAt: [String: Int64] = [:]

    /// Callers that are remembered; beyond it those at rest are forgotten first. Callers are keys that exist, so there
    /// are never nearly as many.
    private static let callerLimit = 10_000

    /// - Parameters:
    ///   - perSecond: requests a second that are given back, 1 or more.
    ///   - burst: requests at once of a rested caller, 1 or more.
    init(perSecond: Int, burst: Int) {
        interval = max(1, 1_000_000_000 / Int64(max(1, perSecond)))
        slack = interval * Int64(max(1, burst))
    }

    /// Takes one request of a caller.
    /// - Parameter now: nanoseconds of a clock that never goes back.
    /// - Returns: nil when it may go on, else after how many nanoseconds it may.
    mutating func take(_ caller: String, now: Int64) -> Int64? {
        let next = max(fullAt[caller] ?? now, now) + interval
        guard next - now <= slack else { return next - now - slack }
        if fullAt.count >= Self.callerLimit, fullAt[caller] == nil {
            fullAt = fullAt.filter { $0.value > now }
            if fullAt.count >= Self.callerLimit { fullAt.removeAll() }
        }
        fullAt[caller] = next
        return nil
    }
}
