import Domain
import UseCases

/// What was learned of keys, and for how long it may be believed. Pure: the time comes from outside.
struct KeyCache {
    typealias Moment = ContinuousClock.Instant

    /// What the store said, and when it was asked: the answer may be as old as the question.
    struct Entry {
        /// Nil when there is no such key.
        let reading: APIKeyReading?
        let askedAt: Moment

        /// What of it holds at a later moment: expiry is looked at on every use.
        func finding(at moment: Moment) -> KeyLookupResult {
            guard let reading else { return .unknown }
            let elapsed = Int64((moment - askedAt) / .milliseconds(1))
            let instant = Instant(milliseconds: reading.readAt.milliseconds.addingClamped(max(0, elapsed)))
            return switch reading.key.state(at: instant) {
            case .active: .active(reading.key)
            case .expired: .expired(reading.key.name)
            case .revoked: .revoked(reading.key.name)
            }
        }
    }

    private let limits: KeyRingLimits
    // Apart, so that a flood of wrong keys does not drive out the right ones.
    private var known: [APIKeyHash: Entry] = [:]
    private var unknown: [APIKeyHash: Entry] = [:]

    init(limits: KeyRingLimits) {
        self.limits = limits
    }

    /// What need not be asked for again.
    func fresh(_ hash: APIKeyHash, at moment: Moment) -> Entry? {
        if let entry = known[hash] { return moment - entry.askedAt < limits.life ? entry : nil }
        guard let entry = unknown[hash], moment - entry.askedAt < limits.lifeOfUnknown else { return nil }
        return entry
    }

    /// What may still serve while the store cannot be asked.
    func lasting(_ hash: APIKeyHash, at moment: Moment) -> Entry? {
        guard let entry = known[hash], moment - entry.askedAt < limits.lifeInOutage else { return nil }
        return entry
    }

    /// Whether a key of this hash was there not long ago.
    func knows(_ hash: APIKeyHash) -> Bool { known[hash] != nil }

    mutating func learn(_ hash: APIKeyHash, _ entry: Entry) {
        if entry.reading == nil {
            known[hash] = nil
            Self.makeRoom(in: &unknown, limits.capacity, for: limits.lifeOfUnknown, entry.askedAt)
            unknown[hash] = entry
        } else {
            unknown[hash] = nil
            Self.makeRoom(in: &known, limits.capacity, for: limits.lifeInOutage, entry.askedAt)
            known[hash] = entry
        }
    }

    /// Forgets a key, so that the next look asks the store.
    mutating func forget(_ hash: APIKeyHash) {
        known[hash] = nil
        unknown[hash] = nil
    }

    /// Forgets what is outdated once the memory is full, and everything when that is too little: a look through all
    /// of it must not be needed for every key that comes.
    private static func makeRoom(
        in entries: inout [APIKeyHash: Entry], _ capacity: Int, for life: Duration, _ moment: Moment
    ) {
        guard entries.count >= capacity else { return }
        entries = entries.filter { moment - $0.value.askedAt < life }
        if entries.count > capacity / 2 { entries = [:] }
    }

    /// Entries, for tests.
    var count: Int { known.count + unknown.count }
}

extension Int64 {
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
