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
        /// What the command adds to a batch, in steps, at least 1.
        let weight: Int
        let payload: Payload
        let deadline: ContinuousClock.Instant
        /// It is not tried again before this.
        var notBefore: ContinuousClock.Instant?
        /// How often it was left behind because a lane held its records.
        var passedOver = 0
        /// Whether a lane has had it before.
        var isBack = false
    }

    /// Turns after which a command that was left behind reserves its records.
    static var passingLimit: Int { 3 }

    private(set) var waiting: Deque<Item> = []
    /// False when the whole line has been looked at and nothing has happened since that could let a command go.
    private(set) var mayBeReady = false
    private var held: Set<RecordKey> = []
    /// Records that somebody outside this process holds, and until when they are left alone.
    private var resting: [RecordKey: ContinuousClock.Instant] = [:]
    private var lastID: UInt64 = 0

    var count: Int { waiting.count }

    /// When the first waiting command that rests may go on, if no lane lets anything go before; nil when none rests.
    private(set) var endOfFirstRest: ContinuousClock.Instant?

    /// Adds a command at the end.
    /// - Returns: whether it could leave at once as far as its own records go.
    mutating func append(
        keys: [RecordKey],
        weight: Int? = nil,
        payload: Payload,
        deadline: ContinuousClock.Instant,
        now: ContinuousClock.Instant
    ) -> Bool {
        lastID += 1
        waiting.append(
            Item(
                id: lastID, keys: keys, weight: max(1, weight ?? keys.count), payload: payload, deadline: deadline))
        if let end = restEnd(of: keys, now) {
            noteRest(until: end)
            return false
        }
        guard !keys.contains(where: held.contains) else { return false }
        mayBeReady = true
        return true
    }

    /// Takes the next batch and holds its records.
    /// - Parameters:
    ///   - limit: commands at most.
    ///   - stepLimit: steps at most; the first command is taken whatever it weighs.
    mutating func take(limit: Int, stepLimit: Int, now: ContinuousClock.Instant) -> [Item] {
        guard mayBeReady || hasRestEnded(now) else { return [] }
        if !resting.isEmpty { resting = resting.filter { $0.value > now } }
        endOfFirstRest = nil
        var batch: [Item] = []
        var mine: Set<RecordKey> = []
        var reserved: Set<RecordKey> = []
        var steps = 0
        // Those that stay close ranks in place: a line that nobody leaves is not moved at all.
        var kept = waiting.startIndex
        var next = waiting.startIndex
        while next < waiting.endIndex, batch.count < limit {
            switch turn(of: waiting[next], reserved: reserved, now: now) {
            case .go where !batch.isEmpty && steps + waiting[next].weight > stepLimit:
                return finishTake(batch, mine, kept: kept, next: next)
            case .go:
                steps += waiting[next].weight
                mine.formUnion(waiting[next].keys)
                batch.append(waiting[next])
                next += 1
                continue
            case .passedOver:
                waiting[next].passedOver += 1
                if waiting[next].passedOver > Self.passingLimit {
                    // What is held keeps others waiting anyway.
                    for key in waiting[next].keys where !held.contains(key) { reserved.insert(key) }
                }
            case .rest(let end): noteRest(until: end)
            }
            if kept != next { waiting.swapAt(kept, next) }
            kept += 1
            next += 1
        }
        return finishTake(batch, mine, kept: kept, next: next)
    }

    private enum Turn {
        case go
        /// A lane holds its records, or an older command that was passed over often reserves them.
        case passedOver
        /// Outsiders decide when it can go: nobody else should wait for that.
        case rest(until: ContinuousClock.Instant)
    }

    private func turn(of item: Item, reserved: Set<RecordKey>, now: ContinuousClock.Instant) -> Turn {
        if let notBefore = item.notBefore, notBefore > now { return .rest(until: notBefore) }
        if let end = restEnd(of: item.keys, now) { return .rest(until: end) }
        return item.keys.contains { held.contains($0) || reserved.contains($0) } ? .passedOver : .go
    }

    private mutating func finishTake(_ batch: [Item], _ mine: Set<RecordKey>, kept: Int, next: Int) -> [Item] {
        mayBeReady = next < waiting.endIndex
        waiting.removeSubrange(kept..<next)
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
        mayBeReady = !waiting.isEmpty
    }

    /// Puts commands back where they were in the order.
    mutating func putBack(_ items: [Item]) {
        guard !items.isEmpty else { return }
        mayBeReady = true
        var sorted = items.sorted { $0.id < $1.id }
        for index in sorted.indices { sorted[index].isBack = true }
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
        // One of them may have reserved what others want.
        mayBeReady = !waiting.isEmpty
        return Array(overdue)
    }

    /// Removes and returns everything that waits.
    mutating func removeAll() -> [Item] {
        defer { waiting.removeAll() }
        return Array(waiting)
    }

    private func hasRestEnded(_ now: ContinuousClock.Instant) -> Bool {
        endOfFirstRest.map { $0 <= now } ?? false
    }

    private mutating func noteRest(until end: ContinuousClock.Instant) {
        endOfFirstRest = min(end, endOfFirstRest ?? end)
    }

    /// When the last of the records' rests is over; nil when none rests.
    private func restEnd(of keys: [RecordKey], _ now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        guard !resting.isEmpty else { return nil }
        return keys.lazy.compactMap { resting[$0] }.filter { $0 > now }.max()
    }
}
