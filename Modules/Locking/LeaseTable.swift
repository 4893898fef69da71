import Synchronization
import UseCases

/// Who holds which lease, and who waits for it, among the stores that share this table.
public final class LeaseTable: Sendable {
    let leases = Mutex(Leases())

    public init() {}

    /// The same rules as `LeaseScripts`, on dictionaries.
    struct Leases {
        private struct Holder {
            let store: UInt64
            let token: LeaseToken
        }

        private struct Mark {
            let store: UInt64
            let until: ContinuousClock.Instant
        }

        /// Marks are looked through for dead ones when there are this many, and then at each doubling: they are bounded
        /// by twice what is alive.
        private static let firstSweep = 1_024

        private var holders: [LeaseKey: Holder] = [:]
        private var marks: [LeaseKey: Mark] = [:]
        private var nextSweep = Self.firstSweep

        mutating func acquire(
            _ batch: LeaseBatch, store: UInt64, token: LeaseToken, now: ContinuousClock.Instant
        ) -> LeaseGrant {
            let found = batch.keys.map { holders[$0] }
            let singles = (0..<batch.singleCount).map { found[$0] == nil }
            let granted = singles + batch.groups.map { group in group.allSatisfy { found[$0] == nil } }
            var taken = Set((0..<batch.singleCount).filter { singles[$0] })
            for (group, isGranted) in zip(batch.groups, granted[batch.singleCount...]) where isGranted {
                taken.formUnion(group)
            }
            var contended: Set<LeaseKey> = []
            for (position, key) in batch.keys.enumerated() {
                let mark = liveMark(key, now: now)
                if taken.contains(position) {
                    holders[key] = Holder(store: store, token: token)
                    if let mark, mark.store != store { contended.insert(key) } else { marks[key] = nil }
                } else if let holder = found[position], holder.store != store, mark == nil || mark?.store == store {
                    marks[key] = Mark(store: store, until: now + YieldRequest.life)
                }
            }
            sweep(now: now)
            return .answered(granted: batch.spread(granted), token: token, contended: contended)
        }

        mutating func release(_ keys: [LeaseKey], token: LeaseToken) {
            for key in keys where holders[key]?.token == token { holders[key] = nil }
        }

        private func liveMark(_ key: LeaseKey, now: ContinuousClock.Instant) -> Mark? {
            marks[key].flatMap { now < $0.until ? $0 : nil }
        }

        private mutating func sweep(now: ContinuousClock.Instant) {
            guard marks.count >= nextSweep else { return }
            marks = marks.filter { now < $0.value.until }
            nextSweep = max(Self.firstSweep, marks.count * 2)
        }
    }
}
