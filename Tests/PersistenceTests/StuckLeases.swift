import Synchronization
import UseCases

/// A lease store that delays its answer for one record, or for the next batch, until the test releases it.
final class StuckLeases: LeaseStore {
    private let key = Mutex<LeaseKey?>(nil)
    private let holdsNext = Mutex(false)
    private let stuck = Mutex<CheckedContinuation<Void, Never>?>(nil)

    func hold(_ held: LeaseKey) { key.withLock { $0 = held } }
    func holdNext() { holdsNext.withLock { $0 = true } }
    var isStuck: Bool { stuck.withLock { $0 != nil } }

    func resume() {
        key.withLock { $0 = nil }
        stuck.withLock { $0.take() }?.resume()
    }

    func acquire(_ groups: [[LeaseKey]]) async -> LeaseGrant {
        let isNext = holdsNext.withLock { next in
            defer { next = false }
            return next
        }
        let isHeld = key.withLock { key in key.map { key in groups.contains { $0.contains(key) } } ?? false }
        if isHeld || isNext { await withCheckedContinuation { waiting in stuck.withLock { $0 = waiting } } }
        return .answered(granted: groups.map { _ in true }, token: LeaseToken(value: 1), contended: [])
    }

    func release(_ keys: [LeaseKey], token: LeaseToken) async {}
}
