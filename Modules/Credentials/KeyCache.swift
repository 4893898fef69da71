import Domain
import UseCases

/// The store's answers about keys, and how long each may be used. Pure: the caller passes the time.
struct KeyCache {
    typealias Moment = ContinuousClock.Instant

    /// The store's answer, and when it was requested: the answer may be as old as the request.
    struct Entry {
        /// Nil if there is no such key.
        let reading: APIKeyReading?
        let requestedAt: Moment

        /// The state of the key at a later moment: expiry is checked on every use.
        func result(at moment: Moment) -> KeyLookupResult {
            guard let reading else { return .unknown }
            let elapsed = Int64((moment - requestedAt) / .milliseconds(1))
            let instant = Instant(milliseconds: reading.readAt.milliseconds.addingClamped(max(0, elapsed)))
            return switch reading.key.state(at: instant) {
            case .active: .active(reading.key)
            case .expired: .expired(reading.key.name)
            case .revoked: .revoked(reading.key.name)
            }
        }
    }

    private let limits: KeyRingLimits
    // Separate, so that a flood of invented keys does not evict existing ones.
    private var known: [APIKeyHash: Entry] = [:]
    private var unknown: [APIKeyHash: Entry] = [:]

    init(limits: KeyRingLimits) {
        self.limits = limits
    }

    /// The entry, if it is recent enough to be used without asking the store.
    func fresh(_ hash: APIKeyHash, at moment: Moment) -> Entry? {
        if let entry = known[hash] { return moment - entry.requestedAt < limits.life ? entry : nil }
        guard let entry = unknown[hash], moment - entry.requestedAt < limits.lifeOfUnknown else { return nil }
        return entry
    }

    /// The entry, if it may still be used while the store is unavailable.
    func usableInOutage(_ hash: APIKeyHash, at moment: Moment) -> Entry? {
        guard let entry = known[hash], moment - entry.requestedAt < limits.lifeInOutage else { return nil }
        return entry
    }

    /// Whether the cache has an entry of an existing key.
    func containsKey(_ hash: APIKeyHash) -> Bool { known[hash] != nil }

    mutating func insert(_ hash: APIKeyHash, _ entry: Entry) {
        if entry.reading == nil {
            known[hash] = nil
            Self.makeRoom(in: &unknown, limits.capacity, for: limits.lifeOfUnknown, entry.requestedAt)
            unknown[hash] = entry
        } else {
            unknown[hash] = nil
            Self.makeRoom(in: &known, limits.capacity, for: limits.lifeInOutage, entry.requestedAt)
            known[hash] = entry
        }
    }

    /// Removes a key, so that the next lookup asks the store.
    mutating func remove(_ hash: APIKeyHash) {
        known[hash] = nil
        unknown[hash] = nil
    }

    /// Removes expired entries once the cache is full, and all entries if that frees less than half: so not every new key
    /// costs a pass over all entries.
    private static func makeRoom(
        in entries: inout [APIKeyHash: Entry], _ capacity: Int, for life: Duration, _ moment: Moment
    ) {
        guard entries.count >= capacity else { return }
        entries = entries.filter { moment - $0.value.requestedAt < life }
        if entries.count > capacity / 2 { entries = [:] }
    }

    /// The number of entries, for tests.
    var count: Int { known.count + unknown.count }
}

extension Int64 {
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
