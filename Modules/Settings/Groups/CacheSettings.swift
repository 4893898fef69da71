internal import ArgumentParser

/// How long stock figures stay in the cache.
public struct CacheSettings: Sendable {
    public let ttlSeconds: Int

    public var ttl: Duration { .seconds(ttlSeconds) }

    public init(_ source: SettingsSource) throws(SettingsError) {
        // This is also how long an old figure can be served after an outage, so a day at most.
        ttlSeconds = try source.integer(.cacheTTLSeconds, in: 1...86_400, default: 300)
    }
}

public struct CacheOptions: SettingsOptions {
    @Option(.cacheTTLSeconds, "How long a cache entry lives, in seconds (default: 300).", value: "seconds") var ttl

    public init() {}

    public var given: [(name: SettingName, value: String?)] { [(.cacheTTLSeconds, ttl)] }
}
