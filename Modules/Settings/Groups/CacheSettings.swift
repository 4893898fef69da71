internal import ArgumentParser

/// How long stock figures stay in the cache.
public struct CacheSettings: Sendable {
    public let ttlSeconds: Int

    public var ttl: Duration { .seconds(ttlSeconds) }

    public init(_ source: SettingsSource) throws(SettingsError) {
        // After an outage a stale figure may be served for this long, so the limit is a day.
        ttlSeconds = try source.integer(.cacheTTLSeconds, in: 1...86_400, default: 300)
    }
}

public struct CacheOptions: SettingsOptions {
    @Option(.cacheTTLSeconds, "How long a cache entry lives, in seconds (default: 300).", value: "seconds") var ttl

    public init() {}

    public var given: [(name: SettingName, value: String?)] { [(.cacheTTLSeconds, ttl)] }
}
