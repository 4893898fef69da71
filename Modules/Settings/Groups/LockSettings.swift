internal import ArgumentParser

/// How leases on inventory records behave.
public struct LockSettings: Sendable {
    public enum RedisFailure: String, Sendable, CaseIterable {
        /// Go on under the database's row locks alone.
        case database
        /// Answer 503.
        case refuse
    }

    /// How long a lease lasts if nobody gives it back.
    public let leaseMilliseconds: Int
    /// How long a request waits for a lease.
    public let waitMilliseconds: Int
    public let onRedisFailure: RedisFailure

    public var lease: Duration { .milliseconds(leaseMilliseconds) }
    public var wait: Duration { .milliseconds(waitMilliseconds) }

    public init(_ source: SettingsSource) throws(SettingsError) {
        // Below 100 ms a lease ends before an ordinary commit does; over a minute a dead holder stops sales too long.
        leaseMilliseconds = try source.integer(.lockLeaseMilliseconds, in: 100...60_000, default: 5_000)
        // 0: refuse at once. Clients do not wait longer than a minute.
        waitMilliseconds = try source.integer(.lockWaitMilliseconds, in: 0...60_000, default: 5_000)
        onRedisFailure = try source.choice(.lockOnRedisFailure, default: .database)
    }
}

public struct LockOptions: SettingsOptions {
    @Option(.lockLeaseMilliseconds, "The lease of an inventory lock, in ms (default: 5000).", value: "ms") var lease
    @Option(.lockWaitMilliseconds, "How long a request waits for one, in ms (default: 5000).", value: "ms") var wait
    @Option(.lockOnRedisFailure, "Without Redis: database or refuse (default: database).", value: "what")
    var onRedisFailure

    public init() {}

    public var given: [(name: SettingName, value: String?)] {
        [(.lockLeaseMilliseconds, lease), (.lockWaitMilliseconds, wait), (.lockOnRedisFailure, onRedisFailure)]
    }
}
