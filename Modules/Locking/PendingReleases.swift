import UseCases

/// Leases that may be held in Redis by nobody's will: a grant that came too late, a release that is not known to have
/// arrived. They are given back on the next connection, instead of standing in everybody's way for a whole lease.
struct PendingReleases {
    struct Debt {
        let keys: [LeaseKey]
        let token: LeaseToken
        /// When the lease has run out in any case.
        let until: ContinuousClock.Instant
    }

    /// Some seconds' worth of leases at full load. Beyond it the leases just run out.
    static let maximumKeys = 10_000

    private var debts: [Debt] = []
    private var keyCount = 0

    mutating func add(_ debt: Debt, now: ContinuousClock.Instant) {
        if keyCount + debt.keys.count > Self.maximumKeys { forgetExpired(now: now) }
        guard keyCount + debt.keys.count <= Self.maximumKeys else { return }
        debts.append(debt)
        keyCount += debt.keys.count
    }

    /// Takes out everything that still matters.
    mutating func takeAll(now: ContinuousClock.Instant) -> [Debt] {
        forgetExpired(now: now)
        defer { self = PendingReleases() }
        return debts
    }

    private mutating func forgetExpired(now: ContinuousClock.Instant) {
        debts.removeAll { $0.until <= now }
        keyCount = debts.reduce(0) { $0 + $1.keys.count }
    }
}
