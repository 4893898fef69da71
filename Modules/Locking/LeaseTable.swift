import Synchronization
import UseCases

/// The holders and the yield requests of all leases of the stores that share this table.
public final class LeaseTable: Sendable {
    let leases = Mutex(Leases())

    public init() {}

    /// The rules of `LeaseScripts`, on dictionaries.
    struct Leases {
        private struct Holder {
            let store: UInt64
            let token: LeaseToken
        }

        private struct Request {
            let store: UInt64
            let until: ContinuousClock.Instant
        }

        /// Expired requests are removed when there are this many requests, and then at each doubling: so there are at most
        /// twice as many as live ones.
        private static let firstSweep = 1_024

        private var holders: [LeaseKey: Holder] = [:]
        private var requests: [LeaseKey: Request] = [:]
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
                let request = liveRequest(key, now: now)
                if taken.contains(position) {
                    holders[key] = Holder(store: store, token: token)
                    if let request, request.store != store { contended.insert(key) } else { requests[key] = nil }
                } else if let holder = found[position], holder.store != store, (request?.store ?? store) == store {
                    requests[key] = Request(store: store, until: now + YieldRequest.life)
                }
            }
            sweep(now: now)
            return .answered(granted: batch.expand(granted), token: token, contended: contended)
        }

        mutating func release(_ keys: [LeaseKey], token: LeaseToken) {
            for key in keys where holders[key]?.token == token { holders[key] = nil }
        }

        private func liveRequest(_ key: LeaseKey, now: ContinuousClock.Instant) -> Request? {
            requests[key].flatMap { now < $0.until ? $0 : nil }
        }

        private mutating func sweep(now: ContinuousClock.Instant) {
            guard requests.count >= nextSweep else { return }
            requests = requests.filter { now < $0.value.until }
            nextSweep = max(Self.firstSweep, requests.count * 2)
        }
    }
}
