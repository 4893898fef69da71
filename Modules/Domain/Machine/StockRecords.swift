/// Records by key, with the machine's bookkeeping for each. Each record has a place, an index, so that a decision
/// hashes a key once, however often it reads and writes the record.
public struct StockRecords: Sendable {
    struct Entry: Sendable {
        var record: InventoryRecord
        /// The record's state at its first change since alerts were last settled.
        var baseline = Baseline.untouched
        /// Whether `StockChanges` lists the record already.
        var isInChanges = false
    }

    enum Baseline: Sendable {
        case untouched, new, low, notLow
    }

    private(set) var entries: [Entry] = []
    private var places: [RecordKey: Int] = [:]

    /// No records.
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

    /// Records are never removed: setting nil changes nothing.
    public subscript(key: RecordKey) -> InventoryRecord? {
        get { places[key].map { entries[$0].record } }
        set {
            guard let newValue else { return }
            let next = entries.count
            // One dictionary access for both cases, update and insert.
            func found(_ place: inout Int) -> Int { place }
            let place = found(&places[key, default: next])
            if place == next {
                entries.append(Entry(record: newValue))
            } else {
                entries[place].record = newValue
            }
        }
    }

    /// The latest `updatedAt` of all records; nil if there are no records.
    public var latestUpdate: Instant? { entries.lazy.map(\.record.updatedAt).max() }

    func place(of key: RecordKey) -> Int? { places[key] }

    subscript(place place: Int) -> Entry {
        get { entries[place] }
        _modify { yield &entries[place] }
    }
}
