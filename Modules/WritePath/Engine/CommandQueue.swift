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
        fileprivate let latest: QueueTime
        fileprivate var earliest: QueueTime?
        /// How often it was left behind because a lane held its records.
        var passedOver: Int
        /// Whether a lane has had it before.
        var isBack = false
        /// The number of the batch that it left with; 0 while it waits.
        fileprivate var batch: UInt64 = 0

        init(
            id: UInt64, keys: [RecordKey], weight: Int, payload: Payload, deadline: ContinuousClock.Instant,
            notBefore: ContinuousClock.Instant? = nil, passedOver: Int = 0
        ) {
            self.id = id
            self.keys = keys
            self.weight = weight
            self.payload = payload
            latest = QueueTime(deadline)
            earliest = notBefore.map(QueueTime.init)
            self.passedOver = passedOver
        }

        var deadline: ContinuousClock.Instant { latest.instant }

        /// It is not tried again before this.
        var notBefore: ContinuousClock.Instant? {
            get { earliest?.instant }
            set { earliest = newValue.map(QueueTime.init) }
        }
    }

    /// Turns after which a command that was left behind reserves its records.
    static var passingLimit: Int { 3 }

    private(set) var waiting: Deque<Item> = []
    /// False when the whole line has been looked at and nothing has happened since that could let a command go.
    private(set) var mayBeReady = false
    /// The number of the batch that held a record last. Those of batches that are over are swept out now and then: to
    /// take each out at the end of its batch would cost more than all else that is done for it here.
    private var holders: [RecordKey: UInt64] = [:]
    /// The numbers of the batches that lanes have.
    private var underWay: [UInt64] = []
    private var lastBatch: UInt64 = 0
    /// At so many holders the next sweep is due.
    private var sweepLimit = CommandQueue.lowestSweepLimit
    /// Records that somebody outside this process holds, and until when they are left alone.
    private var resting: [RecordKey: QueueTime] = [:]
    private var lastID: UInt64 = 0

    var count: Int { waiting.count }

    /// When the first waiting command that rests may go on, if no lane lets anything go before; nil when none rests.
    var endOfFirstRest: ContinuousClock.Instant? { firstRest?.instant }
    private var firstRest: QueueTime?

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
        if !resting.isEmpty, let end = restEnd(of: keys, QueueTime(now)) {
            noteRest(until: end)
            return false
        }
        guard !keys.contains(where: isHeld) else { return false }
        mayBeReady = true
        return true
    }

    /// Takes the next batch and holds its records.
    /// - Parameters:
    ///   - limit: commands at most.
    ///   - freshLimit: commands at most that bring a record which no other of the batch has: what is wanted by many goes at
    ///     once, since nobody else can have it meanwhile.
    ///   - stepLimit: steps at most; the first command is taken whatever it weighs.
    mutating func take(
        limit: Int, freshLimit: Int = .max, stepLimit: Int, now: ContinuousClock.Instant
    ) -> [Item] {
        let now = QueueTime(now)
        guard mayBeReady || hasRestEnded(now) else { return [] }
        if !resting.isEmpty { resting = resting.filter { $0.value > now } }
        firstRest = nil
        lastBatch += 1
        var batch: [Item] = []
        batch.reserveCapacity(min(limit, waiting.count))
        var reserved: Set<RecordKey> = []
        var steps = 0
        var fresh = 0
        // Those that stay close ranks in place: a line that nobody leaves is not moved at all.
        var kept = waiting.startIndex
        var next = waiting.startIndex
        while next < waiting.endIndex, batch.count < limit, fresh < freshLimit {
            var item = waiting[next]
            let isTooMuch = !batch.isEmpty && steps + item.weight > stepLimit
            switch turn(of: item, reserved: reserved, now: now, holds: !isTooMuch) {
            case .go where isTooMuch:
                return finishTake(batch, kept: kept, next: next)
            case .go(let isFresh):
                item.batch = lastBatch
                if isFresh { fresh += 1 }
                steps += item.weight
                batch.append(item)
                next += 1
                continue
            case .passedOver:
                waiting[next].passedOver += 1
                if item.passedOver + 1 > Self.passingLimit {
                    // What is held keeps others waiting anyway.
                    for key in item.keys where !isHeld(key) { reserved.insert(key) }
                }
            case .rest(let end): noteRest(until: end)
            }
            if kept != next { waiting.swapAt(kept, next) }
            kept += 1
            next += 1
        }
        return finishTake(batch, kept: kept, next: next)
    }

    private enum Turn {
        case go(isFresh: Bool)
        /// A lane holds its records, or an older command that was passed over often reserves them.
        case passedOver
        /// Outsiders decide when it can go: nobody else should wait for that.
        case rest(until: QueueTime)
    }

    /// - Parameter holds: with `.go` its records are held for the batch that is being made.
    private mutating func turn(
        of item: Item, reserved: Set<RecordKey>, now: QueueTime, holds: Bool
    ) -> Turn {
        if let earliest = item.earliest, earliest > now { return .rest(until: earliest) }
        if !resting.isEmpty, let end = restEnd(of: item.keys, now) { return .rest(until: end) }
        if !reserved.isEmpty, item.keys.contains(where: reserved.contains) { return .passedOver }
        if item.keys.count == 1, holds {
            // One look for the usual command.
            return hold(item.keys[0])
        }
        if item.keys.contains(where: isHeld) { return .passedOver }
        if holds { for key in item.keys { holders[key] = lastBatch } }
        return .go(isFresh: true)
    }

    /// - Returns: `passedOver`, and nothing was changed, when another batch holds it.
    private mutating func hold(_ key: RecordKey) -> Turn {
        let (batch, underWay) = (lastBatch, underWay)
        func take(_ holder: inout UInt64) -> Turn {
            guard !underWay.contains(holder) else { return .passedOver }
            defer { holder = batch }
            return .go(isFresh: holder != batch)
        }
        return take(&holders[key, default: 0])
    }

    private func isHeld(_ key: RecordKey) -> Bool {
        guard !underWay.isEmpty, let holder = holders[key] else { return false }
        return underWay.contains(holder)
    }

    private mutating func finishTake(_ batch: [Item], kept: Int, next: Int) -> [Item] {
        mayBeReady = next < waiting.endIndex
        waiting.removeSubrange(kept..<next)
        if !batch.isEmpty { underWay.append(lastBatch) }
        return batch
    }

    /// Lets go of a batch's records. Called once for what `take` gave, whatever became of the commands.
    mutating func finish(_ batch: [Item]) {
        if let number = batch.first?.batch { underWay.removeAll { $0 == number } }
        if holders.count >= sweepLimit {
            let underWay = underWay
            holders = holders.filter { underWay.contains($0.value) }
            sweepLimit = max(Self.lowestSweepLimit, 2 * holders.count)
        }
        mayBeReady = !waiting.isEmpty
    }

    /// Holders beside which those of the largest batches are few, and which fit into a processor's cache.
    private static var lowestSweepLimit: Int { 1_024 }

    /// Puts commands back where they were in the order.
    mutating func putBack(_ items: [Item]) {
        guard !items.isEmpty else { return }
        mayBeReady = true
        var sorted = items.sorted { $0.id < $1.id }
        for index in sorted.indices {
            sorted[index].isBack = true
            sorted[index].batch = 0
        }
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
        let until = QueueTime(until)
        resting[key] = max(until, resting[key] ?? until)
    }

    /// Removes and returns the commands whose deadline has passed.
    mutating func removeOverdue(now: ContinuousClock.Instant) -> [Item] {
        let now = QueueTime(now)
        guard waiting.contains(where: { $0.latest <= now }) else { return [] }
        let overdue = waiting.filter { $0.latest <= now }
        waiting.removeAll { $0.latest <= now }
        // One of them may have reserved what others want.
        mayBeReady = !waiting.isEmpty
        return Array(overdue)
    }

    /// Removes and returns everything that waits.
    mutating func removeAll() -> [Item] {
        defer { waiting.removeAll() }
        return Array(waiting)
    }

    private func hasRestEnded(_ now: QueueTime) -> Bool {
        firstRest.map { $0 <= now } ?? false
    }

    private mutating func noteRest(until end: QueueTime) {
        firstRest = min(end, firstRest ?? end)
    }

    /// When the last of the records' rests is over; nil when none rests.
    private func restEnd(of keys: [RecordKey], _ now: QueueTime) -> QueueTime? {
        keys.lazy.compactMap { resting[$0] }.filter { $0 > now }.max()
    }
}
