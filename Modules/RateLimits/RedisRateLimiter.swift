import Metrics
public import RedisClient
import Synchronization
public import UseCases

/// A rate limiter that counts the requests of all processes that share a Redis. While Redis is unreachable or slow, this
/// process counts its own requests only.
public final class RedisRateLimiter: RateLimiter {
    /// How long a request waits for Redis. A healthy reply takes less than a millisecond.
    public static let answerLimit: Duration = .milliseconds(20)

    private let client: RedisClient
    private let rate: RequestRate
    private let limit: Duration
    private let fallback: InProcessRateLimiter
    private let circuit = Mutex(CircuitBreaker())
    private let fallbackRequests = Counter(label: "inventory_rate_limit_alone_total")

    /// Create it before the client is started: its script is preloaded.
    public convenience init(client: RedisClient, rate: RequestRate) {
        self.init(client: client, rate: rate, limit: Self.answerLimit)
    }

    /// - Parameter limit: tests of something else set a longer one, because their machine may be busy.
    init(client: RedisClient, rate: RequestRate, limit: Duration) {
        self.client = client
        self.rate = rate
        self.limit = limit
        fallback = InProcessRateLimiter(rate)
        client.preload(RateLimitScript.take)
    }

    public func take(_ caller: String) async -> Duration? {
        if let answer = await shared(caller) { return answer > .zero ? answer : nil }
        fallbackRequests.increment()
        return await fallback.take(caller)
    }

    /// - Returns: how long to wait, zero if the request is allowed; nil if Redis did not answer.
    private func shared(_ caller: String) async -> Duration? {
        // The client reconnects by itself.
        guard client.isConnected else { return nil }
        switch circuit.withLock({ $0.step(at: .now) }) {
        case .skip: return nil
        case .probe:
            probe()
            return nil
        case .ask: break
        }
        var call = RateLimitScript.take.call(keyCount: 1, argumentCount: 2, byteCount: 128)
        call.append(RateLimitScript.key(caller, rate))
        call.append(Int(rate.interval))
        call.append(Int(rate.slack))
        let answer = try? await client.run(RateLimitScript.take, call, timeout: limit)
        guard let wait = answer?.integer, wait >= 0 else {
            circuit.withLock { $0.failed(at: .now) }
            return nil
        }
        return .nanoseconds(wait)
    }

    private func probe() {
        client.post(["PING"], timeout: limit) { [self] result in
            let isHealthy = if case .success = result { true } else { false }
            circuit.withLock { $0.probed(isHealthy: isHealthy, at: .now) }
        }
    }
}
