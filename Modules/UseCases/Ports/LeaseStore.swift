public import Domain

/// What a lease locks: an existing record by its id, or a record that is about to be created by its key.
public enum LeaseKey: Hashable, Sendable {
    case record(InventoryID)
    case notYetCreated(RecordKey)
}

/// The result of an attempt to take leases.
public enum LeaseGrant: Sendable {
    /// One flag per group, in the order of the request: true if `token` now holds all keys of the group. `contended`
    /// are held keys that another process waits for: after releasing them, the holder skips them for one batch.
    case answered(granted: [Bool], token: LeaseToken, contended: Set<LeaseKey>)
    /// The store cannot be reached or did not answer in time: which leases are held is unknown.
    case unavailable
}

/// A random value that proves who holds a lease; a lease is released only by its token.
public struct LeaseToken: Hashable, Sendable {
    public let value: UInt64

    public init(value: UInt64) {
        self.value = value
    }
}

/// Short leases on records, so that several processes do not queue on the same database row.
///
/// Leases only reduce contention; the database's row locks guarantee correctness. An implementation never throws and
/// never waits for a lease to become free: the lane retries.
public protocol LeaseStore: Sendable {
    /// Takes the leases of each group, all or none, in one round trip. The implementation limits the time.
    ///
    /// A key that several groups name is taken once for all of them.
    /// - Parameter groups: the keys of one command each.
    func acquire(_ groups: [[LeaseKey]]) async -> LeaseGrant

    /// Releases leases, without waiting for the reply. Keys that the token no longer holds stay untouched.
    func release(_ keys: [LeaseKey], token: LeaseToken) async
}
