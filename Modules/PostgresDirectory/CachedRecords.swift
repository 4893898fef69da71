import Domain
import OrderedCollections

/// A bounded memory of which record is whose: 60 to 110 bytes a record, a third of what two dictionaries take.
///
/// Two generations, as in `Remembered`: what was just learned outlives half the limit of further learning.
struct CachedRecords {
    private let limit: Int
    private var young = Generation()
    private var old = Generation()

    /// - Parameter limit: records at most, over both generations.
    init(limit: Int) {
        self.limit = limit
    }

    /// Whether the next new record lets others be forgotten.
    var isFull: Bool { young.ids.count >= max(1, limit / 2) }

    subscript(id: InventoryID) -> RecordKey? { young[id] ?? old[id] }
    subscript(key: RecordKey) -> InventoryID? { young[key] ?? old[key] }

    mutating func learn(_ id: InventoryID, _ key: RecordKey) {
        guard young[id] != key else { return }
        // What it contradicts is from before the database went back in time.
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

    /// Ids and keys in one order, so that the place of one is that of the other.
    private struct Generation {
        var ids: OrderedSet<InventoryID> = []
        var keys: OrderedSet<RecordKey> = []

        subscript(id: InventoryID) -> RecordKey? { ids.firstIndex(of: id).map { keys[$0] } }
        subscript(key: RecordKey) -> InventoryID? { keys.firstIndex(of: key).map { ids[$0] } }

        mutating func forget(_ id: InventoryID) { forget(at: ids.firstIndex(of: id)) }
        mutating func forget(_ key: RecordKey) { forget(at: keys.firstIndex(of: key)) }

        /// Moves all that follow; it is needed after a failover that lost commits, and hardly ever else.
        private mutating func forget(at place: Int?) {
            guard let place else { return }
            ids.remove(at: place)
            keys.remove(at: place)
        }
    }
}
