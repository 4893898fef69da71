/// The rate limit of one caller, as the parameters of a token bucket.
public struct RequestRate: Hashable, Sendable {
    /// Nanoseconds between two requests at the sustained rate.
    let interval: Int64
    /// How far ahead of the sustained rate a caller may be, in nanoseconds.
    let slack: Int64

    /// - Parameters:
    ///   - perSecond: the sustained rate in requests a second, at least 1 (`RATE_LIMIT_PER_SECOND`).
    ///   - burst: the requests that a full bucket allows at once, at least 1 (`RATE_LIMIT_BURST`).
    public init(perSecond: Int, burst: Int) {
        let interval = max(1, 1_000_000_000 / Int64(max(1, perSecond)))
        self.init(interval: interval, burst: burst)
    }

    init(interval: Int64, burst: Int) {
        self.interval = interval
        slack = interval * Int64(max(1, burst))
    }
}
