/// How much one caller may ask, as a token bucket.
public struct RequestRate: Hashable, Sendable {
    /// Between two requests at the lasting rate, in nanoseconds.
    let interval: Int64
    /// How far ahead of that rate a rested caller may be, in nanoseconds.
    let slack: Int64

    /// - Parameters:
    ///   - perSecond: requests a second that are given back, 1 or more (`RATE_LIMIT_PER_SECOND`).
    ///   - burst: requests at once of a rested caller, 1 or more (`RATE_LIMIT_BURST`).
    public init(perSecond: Int, burst: Int) {
        let interval = max(1, 1_000_000_000 / Int64(max(1, perSecond)))
        self.init(interval: interval, burst: burst)
    }

    init(interval: Int64, burst: Int) {
        self.interval = interval
        slack = interval * Int64(max(1, burst))
    }
}
