import DequeModule
import Domain

/// Who waits for which records: decides what the next batch is. Pure; the engine asks it and does as it says.
///
/// Commands leave in the order they came, except that a command whose records are held by a lane, or rest, lets others
/// pass. After `passingLimit` such turns it reserves its records, so that an order of many lines gets its turn.
struct CommandQueue<Payload: Sendable>: Sendable {
    struct Item: Sendable {
        let id: UInt64
        /// The records that the command needs, each once; none for an order that holds nothing.
        var keys: [RecordKey]
        let payload: Payload
        let deadline: ContinuousClock.Instant
        /// It is not tried again before this.
        var notBefore: ContinuousClock.Instant?
        /// How often it was left behind because a lane held its records.
        var passedOver = 0
    }

    /// Turns after which a command that was left behind reserves its records.
    static var passingLimit: Int { 3 }

    private(set) var waiting: Deque<Item> = []
    private var held: Set<RecordKey> = []
    /// Records that somebody outside this process holds, and until when they are left alone.
    private var resting: [RecordKey: ContinuousClock.Instant] = [:]
    private var lastID: UInt64 = 0

    var count: Int { waiting.count }

    /// Whether any record rests, as far as nobody has looked since.
    var hasRests: Bool { !resting.isEmpty }

    /// Adds a command at the end.
    /// - Returns: whether it could leave at once as far as its own records go.
    mutating func append(
        keys: [RecordKey],
        payload: Payload,
        deadline: ContinuousClock.Instant,
        now: ContinuousClock.Instant
    ) -> Bool {
        lastID += 1
        waiting.append(Item(id: lastID, keys: keys, payload: payload, deadline: deadline))
        return keys.allSatisfy { key in !held.contains(key) && !isResting(key, now) }
    }

    /// Takes the next batch and holds its records.
    /// - Parameters:
    ///   - limit: commands at most.
    ///   - recordLimit: records at most, counted a command; the first command is taken whatever it needs.
    mutating func take(limit: Int, recordLimit: Int, now: ContinuousClock.Instant) -> [Item] {
        var batch: [Item] = []
        var left: Deque<Item> = []
        var mine: Set<RecordKey> = []
        var reserved: Set<RecordKey> = []
        var records = 0
        while batch.count < limit, let item = waiting.popFirst() {
            if let notBefore = item.notBefore, notBefore > now {
                left.append(item)
            } else if item.keys.contains(where: { isResting($0, now) }) {
                // Outsiders decide when it can go: nobody else should wait for that.
                left.append(item)
            } else if item.keys.contains(where: { held.contains($0) || reserved.contains($0) }) {
                var item = item
                item.passedOver += 1
                if item.passedOver > Self.passingLimit { reserved.formUnion(item.keys) }
                left.append(item)
            } else if !batch.isEmpty, records + item.keys.count > recordLimit {
                left.append(item)
                break
            } else {
                records += item.keys.count
                mine.formUnion(item.keys)
                batch.append(item)
            }
        }
        // Those that stay keep their order, before those that were not looked at.
        if !left.isEmpty { waiting.prepend(contentsOf: left) }
        held.formUnion(mine)
        return batch
    }

    /// Lets go of a batch's records. Called once for what `take` gave, whatever became of the commands.
    mutating func finish(_ batch: [Item]) {
        for item in batch {
            for key in item.keys {
                held.remove(key)
            }
        }
    }

    /// Puts commands back where they were in the order.
    mutating func putBack(_ items: [Item]) {
        guard !items.isEmpty else { return }
        let sorted = items.sorted { $0.id < $1.id }
        if let first = waiting.first, let last = sorted.last, last.id > first.id {
            var merged = Array(waiting)
            merged.append(contentsOf: sorted)
            merged.sort { $0.id < $1.id }
            waiting = Deque(merged)
        } else {
            waiting.prepend(contentsOf: sorted)
        }
    }

    /// Leaves a record alone until then.
    mutating func rest(_ key: RecordKey, until: ContinuousClock.Instant) {
        resting[key] = max(until, resting[key] ?? until)
    }

    /// Removes and returns the commands whose deadline has passed.
    mutating func removeOverdue(now: ContinuousClock.Instant) -> [Item] {
        guard waiting.contains(where: { $0.deadline <= now }) else { return [] }
        let overdue = waiting.filter { $0.deadline <= now }
        waiting.removeAll { $0.deadline <= now }
        return Array(overdue)
    }

    /// Removes and returns everything that waits.
    mutating func removeAll() -> [Item] {
        defer { waiting.removeAll() }
        return Array(waiting)
    }

    /// When the first rest ends, of a record or of a command; nil when nothing rests or nothing waits.
    mutating func endOfFirstRest(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        if !resting.isEmpty { resting = resting.filter { $0.value > now } }
        guard !waiting.isEmpty else { return nil }
        let ofCommands = waiting.lazy.compactMap(\.notBefore).filter { $0 > now }.min()
        guard let ofRecords = resting.values.min() else { return ofCommands }
        return min(ofRecords, ofCommands ?? ofRecords)
    }

    private func isResting(_ key: RecordKey, _ now: ContinuousClock.Instant) -> Bool {
        guard !resting.isEmpty, let until = resting[key] else { return false }
        return until > now
    }
}
