import Synchronization
public import UseCases

/// A rate limiter that counts the requests of this process only.
public final class InProcessRateLimiter: RateLimiter {
    private let buckets: Mutex<Buckets>
    private let start = ContinuousClock.now

    public init(_ rate: RequestRate) {
        buckets = Mutex(Buckets(rate))
    }

    public func take(_ caller: String) async -> Duration? {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        let now = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        return buckets.withLock { $0.take(caller, now: now) }.map { .nanoseconds($0) }
    }
}
