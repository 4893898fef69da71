import Synchronization
public import UseCases

/// The leases of a single process, for a server without Redis.
///
/// They do not expire: the lanes that hold them end with the process and its table, and a lane that holds a lease for long
/// is still writing. The table contains held leases only.
public final class InProcessLeaseStore: LeaseStore {
    private let table: LeaseTable
    private let store = UInt64.random(in: .min ... .max)
    private let metrics = LeaseMetrics()

    /// - Parameter table: stores that share a table behave like processes that share a Redis, which tests use. A program
    ///   needs one store, with a table of its own.
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
