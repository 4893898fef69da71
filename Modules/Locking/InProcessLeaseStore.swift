import Synchronization
public import UseCases

/// Leases of one process, for a server that runs alone, without Redis.
///
/// They never run out: whoever could forget one shares its fate with the table, and a lane that gives back late is a lane
/// that still writes. The table holds what is held, and no more.
public final class InProcessLeaseStore: LeaseStore {
    private let table: LeaseTable
    private let store = UInt64.random(in: .min ... .max)
    private let metrics = LeaseMetrics()

    /// - Parameter table: stores that share one are strangers to each other, like processes that share a Redis; a program
    ///   needs one store and no table of its own.
    public init(sharing table: LeaseTable = LeaseTable()) {
        self.table = table
    }

    public func acquire(_ groups: [[LeaseKey]]) async -> LeaseGrant {
        let batch = LeaseBatch(groups)
        return metrics.counting(
            table.leases.withLock { $0.acquire(batch, store: store, token: .random(), now: .now) })
    }

    public func release(_ keys: [LeaseKey], token: LeaseToken) async {
        table.leases.withLock { $0.release(keys, token: token) }
    }
}
