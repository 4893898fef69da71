import ArgumentParser
import Cache
import Reactor
import RedisClient
import Settings
import UseCases

/// The servers' cache, for a command that changes stock. Without `REDIS_URL` there is no cache.
struct CacheSession {
    let cache: any StockCache
    private let redis: RedisClient?

    /// - Throws: an `ExitCode` if the URL is invalid. An unreachable Redis does not prevent an import.
    static func open(_ settings: RedisSettings?, life: Duration, reactor: Reactor) async throws -> CacheSession {
        guard let url = settings?.url else { return CacheSession(cache: NoStockCache(), redis: nil) }
        let configuration: RedisConfiguration
        do {
            configuration = try RedisConfiguration(url: url)
        } catch {
            writeToStandardError("error: REDIS_URL: \(error)")
            throw ExitCode(SettingsError.exitStatus)
        }
        let redis = RedisClient(
            configuration: configuration, reactor: reactor, connector: BlockingThread(name: "redis connect"),
            onEvent: { writeToStandardError("redis: \($0)") })
        let cache = RedisStockCache(client: redis, life: life)
        await redis.start()
        return CacheSession(cache: cache, redis: redis)
    }

    func close() async {
        await redis?.shutdown()
    }
}
