import ArgumentParser
import Cache
import Locking
import Programs
package import Reactor
package import RedisClient
package import Settings
package import Telemetry
package import UseCases

/// What programs that write stock share through Redis. Without Redis each process has its own.
package struct SharedState: Sendable {
    package let leases: any LeaseStore
    package let cache: any StockCache
    /// Nil without `REDIS_URL`.
    package let redis: RedisClient?

    /// The Redis client connects at `start()`.
    /// - Parameters:
    ///   - lease: how long a lease lasts if it is not released. Programs that take no leases leave it out.
    ///   - life: how long a cached entry lasts.
    ///   - onEvent: is called when the connection is lost or restored.
    /// - Throws: `ExitCode.badSetting`, after a line on standard error, when the URL cannot be used.
    package init(
        _ settings: RedisSettings?, lease: Duration = .seconds(5), life: Duration, reactor: Reactor,
        onEvent: @escaping @Sendable (String) -> Void
    ) throws {
        guard let url = settings?.url else {
            leases = InProcessLeaseStore()
            cache = NoStockCache()
            redis = nil
            return
        }
        let configuration: RedisConfiguration
        do {
            configuration = try RedisConfiguration(url: url)
        } catch {
            throw ExitCode.badSetting("REDIS_URL", error)
        }
        let client = RedisClient(
            configuration: configuration, reactor: reactor, connector: BlockingThread(name: "redis connect"),
            onEvent: { onEvent("redis: \($0)") })
        leases = RedisLeaseStore(client: client, lease: lease)
        cache = RedisStockCache(client: client, life: life)
        redis = client
    }

    /// Whether Redis answers; empty without `REDIS_URL`.
    package var healthChecks: [HealthCheck] {
        redis.map { redis in [.redis { try await redis.ping(timeout: $0) }] } ?? []
    }

    package func start() async { await redis?.start() }

    package func shutdown() async { await redis?.shutdown() }
}
