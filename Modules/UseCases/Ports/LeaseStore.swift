public import Domain

/// What a lease is on: a record that exists goes by its id, one that is about to be created by its key.
public enum LeaseKey: Hashable, Sendable {
    case record(InventoryID)
    case notYetCreated(RecordKey)
}

/// What became of an attempt to take leases.
public enum LeaseGrant: Sendable {
    /// One flag a group, in the order asked: true when all keys of the group are held by `token` now. `contended` are
    /// held keys that somebody else was found waiting for: the holder rests them for one batch when it gives them back.
    case answered(granted: [Bool], token: LeaseToken, contended: Set<LeaseKey>)
    /// The store cannot be reached or did not answer in time: nobody knows who holds what.
    case unavailable
}

/// A random value that proves who holds a lease; a lease is released only by its token.
public struct LeaseToken: Hashable, Sendable {
    public let value: UInt64

    public init(value: UInt64) {
        self.value = value
    }
}

/// Short leases on records, so that several API processes do not queue on the same database row.
///
/// Leases shape contention and nothing else: the database's row locks decide. An implementation never throws and never
/// waits for a lease to become free; the lane asks again.
public protocol LeaseStore: Sendable {
    /// Takes the leases of each group, all of a group or none of it, in one round trip.
    ///
    /// A key that several groups name is taken once for all of them. Bounded in time by the implementation.
    /// - Parameter groups: the keys of one command each.
    func acquire(_ groups: [[LeaseKey]]) async -> LeaseGrant

    /// Gives leases back, without waiting for the answer. A key that the token no longer holds is left alone.
    func release(_ keys: [LeaseKey], token: LeaseToken) async
}
