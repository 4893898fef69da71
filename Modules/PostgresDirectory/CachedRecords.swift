import Domain
import OrderedCollections

/// A bounded cache of record ids and keys, in both directions: 60 to 110 bytes a record, a third of two dictionaries.
///
/// It has two generations, as `Remembered` has: an entry survives at least half the limit of further entries.
struct CachedRecords {
    private let limit: Int
    private var young = Generation()
    private var old = Generation()

    /// - Parameter limit: the most records, over both generations.
    init(limit: Int) {
        self.limit = limit
    }

    /// Whether the next new record evicts others.
    var isFull: Bool { young.ids.count >= max(1, limit / 2) }

    subscript(id: InventoryID) -> RecordKey? { young[id] ?? old[id] }
    subscript(key: RecordKey) -> InventoryID? { young[key] ?? old[key] }

    mutating func learn(_ id: InventoryID, _ key: RecordKey) {
        guard young[id] != key else { return }
        // A contradicting entry is from before a failover that lost commits.
        young.forget(id)
        young.forget(key)
        if isFull {
            old = young
            young = Generation()
        }
        young.ids.append(id)
        young.keys.append(key)
    }

    mutating func forget(_ id: InventoryID, _ key: RecordKey) {
        young.forget(id)
        young.forget(key)
        old.forget(id)
        old.forget(key)
    }

    /// Ids and keys in the same order, so that an index of one is an index of the other.
    private struct Generation {
        var ids: OrderedSet<InventoryID> = []
        var keys: OrderedSet<RecordKey> = []

        subscript(id: InventoryID) -> RecordKey? { ids.firstIndex(of: id).map { keys[$0] } }
        subscript(key: RecordKey) -> InventoryID? { keys.firstIndex(of: key).map { ids[$0] } }

        mutating func forget(_ id: InventoryID) { forget(at: ids.firstIndex(of: id)) }
        mutating func forget(_ key: RecordKey) { forget(at: keys.firstIndex(of: key)) }

        /// Moves all entries that follow. Hardly ever needed except after a failover that lost commits.
        private mutating func forget(at index: Int?) {
            guard let index else { return }
            ids.remove(at: index)
            keys.remove(at: index)
        }
    }
}
