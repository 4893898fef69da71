import UseCases

/// Leases that Redis may still hold although they are not in use: a grant came too late, or a release may not have
/// arrived. The store releases them on the next connection, so that they do not block a record until they expire.
struct PendingReleases {
    struct Entry {
        let keys: [LeaseKey]
        let token: LeaseToken
        /// When the lease has expired in any case.
        let until: ContinuousClock.Instant
    }

    /// The leases of a few seconds at full load. With more, leases are left to expire.
    static let maximumKeys = 10_000

    private var entries: [Entry] = []
    private var keyCount = 0

    mutating func add(_ entry: Entry, now: ContinuousClock.Instant) {
        if keyCount + entry.keys.count > Self.maximumKeys { forgetExpired(now: now) }
        guard keyCount + entry.keys.count <= Self.maximumKeys else { return }
        entries.append(entry)
        keyCount += entry.keys.count
    }

    /// Removes and returns the entries that have not expired.
    mutating func takeAll(now: ContinuousClock.Instant) -> [Entry] {
        forgetExpired(now: now)
        defer { self = PendingReleases() }
        return entries
    }

    private mutating func forgetExpired(now: ContinuousClock.Instant) {
        entries.removeAll { $0.until <= now }
        keyCount = entries.reduce(0) { $0 + $1.keys.count }
    }
}
