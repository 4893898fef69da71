/// Records by their keys, and what the machine notes of each. A record has a place in it, so that a decision looks a
/// record up once however often it reads and writes it.
public struct StockRecords: Sendable {
    struct Entry: Sendable {
        var record: InventoryRecord
        /// How the record was when it was touched first since alerts were settled last.
        var past = Past.untouched
        /// Whether the changes have it.
        var isNoted = false
    }

    enum Past: Sendable {
        case untouched, new, low, notLow
    }

    private(set) var entries: [Entry] = []
    private var places: [RecordKey: Int] = [:]

    /// None.
    public init() {}

    public init(_ records: [RecordKey: InventoryRecord]) {
        reserveCapacity(records.count)
        for (key, record) in records { self[key] = record }
    }

    public var count: Int { entries.count }

    public mutating func reserveCapacity(_ count: Int) {
        entries.reserveCapacity(count)
        places.reserveCapacity(count)
    }

    /// A record that is there stays: a nil changes nothing.
    public subscript(key: RecordKey) -> InventoryRecord? {
        get { places[key].map { entries[$0].record } }
        set {
            guard let newValue else { return }
            let next = entries.count
            // One look, whether it is there or not.
            func found(_ place: inout Int) -> Int { place }
            let place = found(&places[key, default: next])
            if place == next {
                entries.append(Entry(record: newValue))
            } else {
                entries[place].record = newValue
            }
        }
    }

    /// When the record was written that was written last; nil when there are none.
    public var latestUpdate: Instant? { entries.lazy.map(\.record.updatedAt).max() }

    func place(of key: RecordKey) -> Int? { places[key] }

    subscript(place place: Int) -> Entry {
        get { entries[place] }
        _modify { yield &entries[place] }
    }
}
