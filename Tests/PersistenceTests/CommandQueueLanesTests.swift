import Domain
import TestSupport

@testable import WritePath

/// Simulated lanes that use the queue at random and record every violated invariant.
struct QueueLanes {
    typealias Queue = CommandQueue<Int>

    private(set) var faults: [String] = []
    private(set) var added = 0
    private(set) var refused = 0
    /// Commands that were answered or refused.
    private(set) var ended: Set<Int> = []
    private var queue = Queue()
    private var batches: [[Queue.Item]] = []
    private var random: SeededRandom
    private let records: Int
    private var now = 0
    private var deadlines: [Int: Int] = [:]
    private var waiting: Set<Int> = []
    private var paused: [RecordKey: Int] = [:]
    private var delayed: [Int: Int] = [:]

    init(seed: UInt64, records: Int) {
        random = SeededRandom(seed: seed)
        self.records = records
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    private func check(_ isTrue: Bool, _ what: @autoclosure () -> String, _ faults: inout [String]) {
        if !isTrue { faults.append("\(what()) at \(now)") }
    }

    mutating func step() {
        now += number(0...2)
        switch number(0...9) {
        case 0...4: append()
        case 5...6: take()
        case 7...8: if !batches.isEmpty { finish(batches.remove(at: number(0...batches.count - 1))) }
        default: removeOverdue()
        }
        if queue.count != waiting.count { faults.append("count is \(queue.count), not \(waiting.count)") }
        if queue.waiting.map(\.id) != queue.waiting.map(\.id).sorted() { faults.append("the queue is out of order") }
        checkNextChange()
    }

    private mutating func append() {
        let wanted = Set(
            (0..<random.pick([0, 1, 1, 1, 1, 2, 3, 8])).map { _ in CommandQueueTests.key(number(1...records)) })
        let payload = added
        added += 1
        deadlines[payload] = now + number(5...400)
        waiting.insert(payload)
        let isReady = queue.append(
            keys: Array(wanted), payload: payload, deadline: CommandQueueTests.at(deadlines[payload] ?? 0),
            now: CommandQueueTests.at(now))
        let isFree = wanted.isDisjoint(with: heldKeys) && wanted.allSatisfy { paused[$0] ?? now <= now }
        check(isReady == isFree, "ready: \(isReady), free: \(isFree)", &faults)
    }

    private var heldKeys: Set<RecordKey> { Set(batches.joined().flatMap(\.keys)) }

    private mutating func take() {
        let limit = number(1...12)
        let recordLimit = number(1...20)
        let held = heldKeys
        let before = queue.waiting
        let newRecordLimit = number(0...2) == 0 ? number(1...3) : .max
        let batch = queue.take(
            limit: limit, newRecordLimit: newRecordLimit, stepLimit: recordLimit, now: CommandQueueTests.at(now))
        check(batch.count <= limit, "more than the limit", &faults)
        var known: Set<RecordKey> = []
        let newRecords = batch.count { item in
            defer { known.formUnion(item.keys) }
            return item.keys.count != 1 || !known.contains(item.keys[0])
        }
        check(newRecords <= newRecordLimit, "more new records than the limit", &faults)
        let sum = batch.reduce(0) { $0 + $1.weight }
        check(batch.count <= 1 || sum <= max(recordLimit, batch[0].weight), "more steps than the limit", &faults)
        check(batch.map(\.id) == batch.map(\.id).sorted(), "a batch is out of order", &faults)
        for item in batch {
            check(waiting.remove(item.payload) != nil, "\(item.payload) left twice", &faults)
            check(held.isDisjoint(with: item.keys), "two batches share a record", &faults)
            check(item.keys.allSatisfy { paused[$0] ?? now <= now }, "a paused record was taken", &faults)
            check(delayed[item.payload] ?? now <= now, "taken before its time", &faults)
            // An older command of the same single record goes first.
            guard item.keys.count == 1 else { continue }
            let passed = before.contains { other in
                other.id < item.id && other.keys == item.keys && waiting.contains(other.payload)
                    && delayed[other.payload] ?? now <= now
            }
            check(!passed, "\(item.payload) passed an older one of its record", &faults)
        }
        // The oldest command that is free is never left behind.
        if batch.isEmpty,
            let first = before.first(where: { item in
                held.isDisjoint(with: item.keys) && item.keys.allSatisfy { paused[$0] ?? now <= now }
                    && delayed[item.payload] ?? now <= now
            })
        {
            // Only an older command that was passed over often may reserve its records.
            let isReserved = before.contains { older in
                older.id < first.id && older.passedOver + 1 > Queue.passingLimit
                    && !Set(older.keys).isDisjoint(with: first.keys)
            }
            check(isReserved, "\(first.payload) was free and stayed", &faults)
        }
        if !batch.isEmpty { batches.append(batch) }
    }

    /// Ends some commands and puts others back: delayed, with further records, or unchanged, some of their records paused.
    private mutating func finish(_ batch: [Queue.Item]) {
        var returned: [Queue.Item] = []
        for var item in batch {
            switch number(0...9) {
            case 0 where item.keys.count > 1:
                delayed[item.payload] = now + number(1...9)
                item.notBefore = CommandQueueTests.at(delayed[item.payload] ?? 0)
            case 1:
                item.keys.append(contentsOf: Set([CommandQueueTests.key(number(1...records))]).subtracting(item.keys))
                item.notBefore = nil
                delayed[item.payload] = nil
            case 2: break
            default:
                check(ended.insert(item.payload).inserted, "\(item.payload) ended twice", &faults)
                continue
            }
            waiting.insert(item.payload)
            returned.append(item)
        }
        queue.finish(batch)
        queue.putBack(returned.shuffled(using: &random))
        for key in returned.flatMap(\.keys) where number(0...3) == 0 {
            let until = now + number(1...9)
            paused[key] = max(until, paused[key] ?? until)
            queue.pause(key, until: CommandQueueTests.at(until))
        }
    }

    private mutating func removeOverdue() {
        let overdue = queue.removeOverdue(now: CommandQueueTests.at(now))
        let expected = waiting.filter { deadlines[$0] ?? 0 <= now }
        check(Set(overdue.map(\.payload)) == expected && overdue.count == expected.count, "other deadlines", &faults)
        for item in overdue {
            waiting.remove(item.payload)
            check(ended.insert(item.payload).inserted, "\(item.payload) ended twice", &faults)
        }
        refused += overdue.count
    }

    /// After a scan of the whole queue, no pause of a waiting command ends before the instant that the queue reports.
    private mutating func checkNextChange() {
        guard !queue.mayBeReady else { return }
        let next = queue.endOfFirstPause
        let ends = queue.waiting.compactMap { item in
            ([delayed[item.payload] ?? 0] + item.keys.map { paused[$0] ?? 0 }).max()
        }
        guard let first = ends.filter({ $0 > now }).min() else { return }
        check(
            next.map { $0 <= CommandQueueTests.at(first) } ?? false, "wakes up late", &faults)
    }

    /// Runs until no command waits and no batch runs.
    mutating func drain() {
        for _ in 0..<10_000 where !waiting.isEmpty || !batches.isEmpty {
            now += 1
            take()
            if !batches.isEmpty { finish(batches.removeFirst()) }
        }
    }
}
