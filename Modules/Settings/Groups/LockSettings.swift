internal import ArgumentParser

/// How leases on inventory records behave.
public struct LockSettings: Sendable {
    public enum RedisFailure: String, Sendable, CaseIterable {
        /// Go on under the database's row locks alone.
        case database
        /// Answer 503.
        case refuse
    }

    /// How long a lease lasts if its holder never releases it. See ``defaultLeaseMilliseconds``.
    public let leaseMilliseconds: Int
    /// How long a request waits for a lease.
    public let waitMilliseconds: Int
    public let onRedisFailure: RedisFailure

    /// A lane holds leases for one batch, which takes milliseconds, and does not renew them. So the length matters only
    /// after a holder has died or frozen. Five seconds, because that is
    /// - the `idle_in_transaction_session_timeout` of the lanes' sessions: a frozen process loses its row locks and its
    ///   leases at about the same time. With a shorter lease, other lanes would take the lease and find the row still
    ///   locked; with a longer one, they could not write a row that is free;
    /// - the default of ``waitMilliseconds``: a command that waits for the lease of a dead process gets it within its own
    ///   wait.
    private static let defaultLeaseMilliseconds = 5_000
    /// The longest lease of a sweeper. A sweeper is not needed for sales, so a killed one must not block them for five
    /// seconds.
    private static let longestSweeperLease = Duration.seconds(1)

    public var lease: Duration { .milliseconds(leaseMilliseconds) }
    public var sweeperLease: Duration { min(lease, Self.longestSweeperLease) }
    public var wait: Duration { .milliseconds(waitMilliseconds) }

    public init(_ source: SettingsSource) throws(SettingsError) {
        // Below 100 ms a lease might end before an ordinary commit; above a minute a dead holder would block sales too long.
        leaseMilliseconds = try source.integer(
            .lockLeaseMilliseconds, in: 100...60_000, default: Self.defaultLeaseMilliseconds)
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
