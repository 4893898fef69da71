import Metrics
public import RedisClient
import Synchronization
public import UseCases

/// Counts the requests of all processes that share a Redis. Whenever it cannot be asked, or was slow a moment ago, this
/// process counts for itself.
public final class RedisRateLimiter: RateLimiter {
    /// How long a request waits for Redis. A healthy answer takes less than a millisecond.
    public static let answerLimit: Duration = .milliseconds(20)

    private let client: RedisClient
    private let rate: RequestRate
    private let limit: Duration
    private let alone: InProcessRateLimiter
    private let circuit = Mutex(Circuit())
    private let countedAlone = Counter(label: "inventory_rate_limit_alone_total")

    /// Make it before the client is started: it has a script to load.
    public convenience init(client: RedisClient, rate: RequestRate) {
        self.init(client: client, rate: rate, limit: Self.answerLimit)
    }

    /// - Parameter limit: tests that are about something else wait longer, on machines that build meanwhile.
    init(client: RedisClient, rate: RequestRate, limit: Duration) {
        self.client = client
        self.rate = rate
        self.limit = limit
        alone = InProcessRateLimiter(rate)
        client.preload(RateLimitScript.take)
    }

    public func take(_ caller: String) async -> Duration? {
        if let answer = await shared(caller) { return answer > .zero ? answer : nil }
        countedAlone.increment()
        return await alone.take(caller)
    }

    /// - Returns: what Redis says, zero for a request that may go on; nil when it did not say.
    private func shared(_ caller: String) async -> Duration? {
        // The client itself comes back to a Redis that is away.
        guard client.isConnected else { return nil }
        switch circuit.withLock({ $0.step(at: .now) }) {
        case .rest: return nil
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
            let isWell = if case .success = result { true } else { false }
            circuit.withLock { $0.probed(isWell: isWell, at: .now) }
        }
    }
}
