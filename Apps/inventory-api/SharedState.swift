import ArgumentParser
import Cache
import Locking
import Logging
import RateLimits
import Reactor
import RedisClient
import Settings
import UseCases

/// What servers share through Redis, or what a server that runs alone has in its place.
struct SharedState {
    let leases: any LeaseStore
    let cache: any StockCache
    /// Nil where callers may ask as much as they like.
    let limiter: (any RateLimiter)?
    let redis: RedisClient?

    /// - Throws: an exit code, once standard error has been told that the URL cannot be used.
    init(_ settings: APISettings, reactor: Reactor, logger: Logger) throws {
        let rate = settings.rateLimit.map { RequestRate(perSecond: $0.perSecond, burst: $0.burst) }
        guard let url = settings.redis?.url else {
            leases = InProcessLeaseStore()
            cache = NoStockCache()
            limiter = rate.map { InProcessRateLimiter($0) }
            redis = nil
            return
        }
        let configuration: RedisConfiguration
        do {
            configuration = try RedisConfiguration(url: url)
        } catch {
            writeToStandardError("error: REDIS_URL: \(error)")
            throw ExitCode(SettingsError.exitStatus)
        }
        let redis = RedisClient(
            configuration: configuration,
            reactor: reactor,
            connector: BlockingThread(name: "redis connect"),
            onEvent: { logger.notice("redis: \($0)") }
        )
        leases = RedisLeaseStore(client: redis, lease: settings.locks.lease)
        cache = RedisStockCache(client: redis, life: settings.cache.ttl)
        limiter = rate.map { RedisRateLimiter(client: redis, rate: $0) }
        self.redis = redis
    }
}
