public import DequeModule
public import Domain

/// The queue of waiting commands: decides which of them form the next batch. Pure.
///
/// Commands leave in order of arrival, except that others pass a command whose records a running batch holds or that are
/// paused. A command that was passed over more than `passingLimit` times reserves its records, so that large orders do
/// not starve.
@usableFromInline
package struct CommandQueue<Payload: Sendable>: Sendable {
    @usableFromInline
    package struct Item: Sendable {
        @usableFromInline let id: UInt64
        /// The records that the command needs, without duplicates; empty for an order without reservations.
        @usableFromInline var keys: [RecordKey]
        /// The command's share of a batch, in steps, at least 1.
        @usableFromInline let weight: Int
        @usableFromInline let payload: Payload
        @usableFromInline let latest: QueueTime
        @usableFromInline var earliest: QueueTime?
        /// How often it was passed over because a running batch held its records.
        @usableFromInline var passedOver: Int
        /// Whether a batch has had it before.
        @usableFromInline var isReturned = false
        /// The number of the batch that took it; 0 while it waits.
        @usableFromInline var batch: UInt64 = 0

        @inlinable
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

        @inlinable var deadline: ContinuousClock.Instant { latest.instant }

        /// The earliest time at which a batch may take it.
        @inlinable var notBefore: ContinuousClock.Instant? {
            get { earliest?.instant }
            set { earliest = newValue.map(QueueTime.init) }
        }
    }

    @inlinable
    package init() {}

    /// How often a command may be passed over before it reserves its records.
    @inlinable static var passingLimit: Int { 3 }

    @usableFromInline var waiting: Deque<Item> = []
    /// False after a scan of the whole queue, until something happens that could make a command ready.
    @usableFromInline var mayBeReady = false
    /// The number of the batch that held a record last. A sweep removes entries of finished batches now and then: removing
    /// each at the end of its batch would cost more than all other work on it here.
    @usableFromInline var holders: [RecordKey: UInt64] = [:]
    /// The numbers of the running batches.
    @usableFromInline var running: [UInt64] = []
    @usableFromInline var lastBatch: UInt64 = 0
    /// The number of holders at which the next sweep is due.
    @usableFromInline var sweepLimit = CommandQueue.lowestSweepLimit
    /// Records that another process or session holds, and until when no batch takes them.
    @usableFromInline var paused: [RecordKey: QueueTime] = [:]
    @usableFromInline var lastID: UInt64 = 0

    @inlinable var count: Int { waiting.count }

    /// When the first pause of a waiting command ends; nil when none is paused.
    @inlinable var endOfFirstPause: ContinuousClock.Instant? { firstPauseEnd?.instant }
    @usableFromInline var firstPauseEnd: QueueTime?

    /// Adds a command at the end.
    /// - Returns: whether its records are neither paused nor held.
    @inlinable
    package mutating func append(
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
        if !paused.isEmpty, let end = pauseEnd(of: keys, QueueTime(now)) {
            notePause(until: end)
            return false
        }
        guard !keys.contains(where: isHeld) else { return false }
        mayBeReady = true
        return true
    }

    /// Takes the next batch and holds its records.
    /// - Parameters:
    ///   - limit: the most commands.
    ///   - newRecordLimit: the most commands with a record that no earlier command of the batch has. Commands for a record
    ///     that the batch holds already do not count: no other batch could take them meanwhile.
    ///   - stepLimit: the most steps; the first command is taken at any weight.
    @inlinable
    package mutating func take(
        limit: Int, newRecordLimit: Int = .max, stepLimit: Int, now: ContinuousClock.Instant
    ) -> [Item] {
        let now = QueueTime(now)
        guard mayBeReady || hasPauseEnded(now) else { return [] }
        if !paused.isEmpty { paused = paused.filter { $0.value > now } }
        firstPauseEnd = nil
        lastBatch += 1
        var batch: [Item] = []
        batch.reserveCapacity(min(limit, waiting.count))
        var reserved: Set<RecordKey> = []
        var steps = 0
        var newRecords = 0
        // Commands that stay move forward in place; if none is taken, none moves.
        var kept = waiting.startIndex
        var next = waiting.startIndex
        while next < waiting.endIndex, batch.count < limit, newRecords < newRecordLimit {
            var item = waiting[next]
            let isTooMuch = !batch.isEmpty && steps + item.weight > stepLimit
            switch readiness(of: item, reserved: reserved, now: now, holds: !isTooMuch) {
            case .ready where isTooMuch:
                return finishTake(batch, kept: kept, next: next)
            case .ready(let addsRecord):
                item.batch = lastBatch
                if addsRecord { newRecords += 1 }
                steps += item.weight
                batch.append(item)
                next += 1
                continue
            case .passedOver:
                waiting[next].passedOver += 1
                if item.passedOver + 1 > Self.passingLimit {
                    // Records that are held make others wait anyway.
                    for key in item.keys where !isHeld(key) { reserved.insert(key) }
                }
            case .paused(let end): notePause(until: end)
            }
            if kept != next { waiting.swapAt(kept, next) }
            kept += 1
            next += 1
        }
        return finishTake(batch, kept: kept, next: next)
    }

    @usableFromInline
    enum Readiness {
        /// `addsRecord`: the command has a record that no earlier command of the batch has.
        case ready(addsRecord: Bool)
        /// A running batch holds one of its records, or an older command reserves it.
        case passedOver
        /// It waits for another process or session, and reserves nothing meanwhile.
        case paused(until: QueueTime)
    }

    /// - Parameter holds: whether to hold the records of a ready command for the new batch.
    @inlinable
    mutating func readiness(
        of item: Item, reserved: Set<RecordKey>, now: QueueTime, holds: Bool
    ) -> Readiness {
        if let earliest = item.earliest, earliest > now { return .paused(until: earliest) }
        if !paused.isEmpty, let end = pauseEnd(of: item.keys, now) { return .paused(until: end) }
        if !reserved.isEmpty, item.keys.contains(where: reserved.contains) { return .passedOver }
        if item.keys.count == 1, holds {
            // One dictionary access for the usual command.
            return hold(item.keys[0])
        }
        if item.keys.contains(where: isHeld) { return .passedOver }
        if holds { for key in item.keys { holders[key] = lastBatch } }
        return .ready(addsRecord: true)
    }

    /// Holds a record for the new batch; changes nothing and returns `passedOver` when a running batch holds it.
    @inlinable
    mutating func hold(_ key: RecordKey) -> Readiness {
        let (batch, running) = (lastBatch, running)
        func take(_ holder: inout UInt64) -> Readiness {
            guard !running.contains(holder) else { return .passedOver }
            defer { holder = batch }
            return .ready(addsRecord: holder != batch)
        }
        return take(&holders[key, default: 0])
    }

    @inlinable
    func isHeld(_ key: RecordKey) -> Bool {
        guard !running.isEmpty, let holder = holders[key] else { return false }
        return running.contains(holder)
    }

    @inlinable
    mutating func finishTake(_ batch: [Item], kept: Int, next: Int) -> [Item] {
        mayBeReady = next < waiting.endIndex
        waiting.removeSubrange(kept..<next)
        if !batch.isEmpty { running.append(lastBatch) }
        return batch
    }

    /// Releases a batch's records. Must be called once for each batch from `take`, whatever the outcome of its commands.
    @inlinable
    package mutating func finish(_ batch: [Item]) {
        if let number = batch.first?.batch { running.removeAll { $0 == number } }
        if holders.count >= sweepLimit {
            let running = running
            holders = holders.filter { running.contains($0.value) }
            sweepLimit = max(Self.lowestSweepLimit, 2 * holders.count)
        }
        mayBeReady = !waiting.isEmpty
    }

    /// Many compared with the records of the largest batches, and small enough for the processor's cache.
    @inlinable static var lowestSweepLimit: Int { 1_024 }

    /// Puts commands back at their places in the order.
    @inlinable
    mutating func putBack(_ items: [Item]) {
        guard !items.isEmpty else { return }
        mayBeReady = true
        var sorted = items.sorted { $0.id < $1.id }
        for index in sorted.indices {
            sorted[index].isReturned = true
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

    /// Lets no batch take a record until then.
    @inlinable
    mutating func pause(_ key: RecordKey, until: ContinuousClock.Instant) {
        let until = QueueTime(until)
        paused[key] = max(until, paused[key] ?? until)
    }

    /// Removes and returns the commands whose deadline has passed.
    @inlinable
    mutating func removeOverdue(now: ContinuousClock.Instant) -> [Item] {
        let now = QueueTime(now)
        guard waiting.contains(where: { $0.latest <= now }) else { return [] }
        let overdue = waiting.filter { $0.latest <= now }
        waiting.removeAll { $0.latest <= now }
        // One of them may have reserved records of others.
        mayBeReady = !waiting.isEmpty
        return Array(overdue)
    }

    /// Removes and returns all waiting commands.
    @inlinable
    mutating func removeAll() -> [Item] {
        defer { waiting.removeAll() }
        return Array(waiting)
    }

    @inlinable
    func hasPauseEnded(_ now: QueueTime) -> Bool {
        firstPauseEnd.map { $0 <= now } ?? false
    }

    @inlinable
    mutating func notePause(until end: QueueTime) {
        firstPauseEnd = min(end, firstPauseEnd ?? end)
    }

    /// When the last pause of these records ends; nil when none is paused.
    @inlinable
    func pauseEnd(of keys: [RecordKey], _ now: QueueTime) -> QueueTime? {
        keys.lazy.compactMap { paused[$0] }.filter { $0 > now }.max()
    }
}
