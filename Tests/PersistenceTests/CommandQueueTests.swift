import Domain
import Testing

@testable import WritePath

/// The rules of the queue, one by one. No clock runs: the instants are made up.
struct CommandQueueTests {
    typealias Queue = CommandQueue<String>

    static let start = ContinuousClock.now

    static func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    static func key(_ number: Int) -> RecordKey {
        RecordKey(product: ProductID(high: 0, low: UInt64(number)), warehouse: WarehouseID(high: 0, low: 0))
    }

    static func keys(_ numbers: Int...) -> [RecordKey] { numbers.map(key) }

    private func add(_ name: String, _ keys: [RecordKey], to queue: inout Queue, deadline: Int = 5_000) -> Bool {
        queue.append(keys: keys, payload: name, deadline: Self.at(deadline), now: Self.at(0))
    }

    private func take(
        _ queue: inout Queue, limit: Int = 100, records: Int = 1_000, at now: Int = 0
    ) -> [Queue.Item] {
        queue.take(limit: limit, stepLimit: records, now: Self.at(now))
    }

    @Test func `A command that is put back is marked as returned, however often`() throws {
        var queue = Queue()
        _ = add("a", Self.keys(1), to: &queue)
        for turn in 0..<3 {
            let batch = take(&queue)
            #expect(batch.map(\.isReturned) == [turn > 0])
            queue.finish(batch)
            queue.putBack(batch)
        }
        _ = add("b", Self.keys(2), to: &queue)
        #expect(take(&queue).map(\.isReturned) == [true, false])
    }

    @Test("commands of one record leave together and in order; others of it wait until they are finished")
    func together() {
        var queue = Queue()
        #expect(add("a", Self.keys(1), to: &queue))
        #expect(add("b", Self.keys(1), to: &queue), "a waiting command holds no record")
        let first = take(&queue)
        #expect(first.map(\.payload) == ["a", "b"])
        #expect(!add("c", Self.keys(1), to: &queue))
        #expect(add("d", Self.keys(2), to: &queue))
        #expect(add("e", [], to: &queue), "a command without records never waits")
        #expect(take(&queue).map(\.payload) == ["d", "e"])
        #expect(take(&queue).isEmpty)
        queue.finish(first)
        #expect(take(&queue).map(\.payload) == ["c"])
        #expect(queue.count == 0)
    }

    @Test func `A batch with a limit of new records takes all commands of the records it has`() {
        var queue = Queue()
        for (place, record) in [1, 1, 2, 1, 2, 3, 1].enumerated() {
            _ = add("\(place)", Self.keys(record), to: &queue)
        }
        _ = add("both", Self.keys(3, 4), to: &queue)
        let first = queue.take(limit: 100, newRecordLimit: 3, stepLimit: 1_000, now: Self.at(0))
        #expect(first.map(\.payload) == ["0", "1", "2", "3", "4", "5"])
        #expect(queue.mayBeReady)
        queue.finish(first)
        let second = queue.take(limit: 100, newRecordLimit: 2, stepLimit: 1_000, now: Self.at(0))
        #expect(second.map(\.payload) == ["6", "both"])
    }

    @Test("a batch ends at its limit of commands")
    func limit() {
        var queue = Queue()
        for index in 0..<5 { _ = add("\(index)", Self.keys(index), to: &queue) }
        #expect(take(&queue, limit: 2).map(\.payload) == ["0", "1"])
        #expect(take(&queue, limit: 2).map(\.payload) == ["2", "3"])
        #expect(queue.count == 1)
    }

    @Test("a batch ends before the command that would exceed its limit of records, but always takes the first")
    func recordLimit() {
        var queue = Queue()
        _ = add("huge", (0..<50).map(Self.key), to: &queue)
        _ = add("small", Self.keys(60), to: &queue)
        _ = add("large", (70..<78).map(Self.key), to: &queue)
        _ = add("last", Self.keys(90), to: &queue)
        #expect(take(&queue, records: 10).map(\.payload) == ["huge"])
        #expect(take(&queue, records: 8).map(\.payload) == ["small"], "no command passes the large one")
        #expect(take(&queue, records: 8).map(\.payload) == ["large"])
        #expect(take(&queue, records: 8).map(\.payload) == ["last"])
    }

    @Test("an order of 100 lines gets its turn in a stream of single lines on its records")
    func starvation() {
        var queue = Queue()
        let lines = (0..<100).map(Self.key)
        var busy: [[Queue.Item]] = []
        for record in 0..<100 { _ = add("first", [lines[record]], to: &queue) }
        busy.append(take(&queue, limit: 50))
        busy.append(take(&queue, limit: 50))
        _ = add("order", lines, to: &queue)
        var turns = 0
        var hasLeft = false
        while !hasLeft, turns < 50 {
            turns += 1
            // Before a lane is done, new commands have arrived for every record.
            for record in 0..<100 { _ = add("next", [lines[record]], to: &queue) }
            queue.finish(busy.removeFirst())
            let batch = take(&queue, limit: 50)
            hasLeft = batch.contains { $0.payload == "order" }
            busy.append(batch)
        }
        print("command queue: an order of 100 lines left after \(turns) turns of two lanes")
        #expect(hasLeft)
        // A few turns until it reserves its records, and one for each lane to release them.
        #expect(turns <= Queue.passingLimit + 4)
    }

    @Test("a paused record delays its own commands and lets all others pass")
    func pausedRecord() {
        var queue = Queue()
        queue.pause(Self.key(1), until: Self.at(10))
        #expect(!add("a", Self.keys(1), to: &queue))
        _ = add("b", Self.keys(2, 1), to: &queue)
        #expect(add("c", Self.keys(2), to: &queue))
        #expect(take(&queue).map(\.payload) == ["c"])
        #expect(queue.endOfFirstPause == Self.at(10))
        // A shorter pause does not end a longer one.
        queue.pause(Self.key(1), until: Self.at(5))
        #expect(take(&queue, at: 9).isEmpty)
        #expect(take(&queue, at: 10).map(\.payload) == ["a"])
        #expect(queue.endOfFirstPause == nil)
    }

    @Test("a delayed command keeps its place, and others pass it meanwhile")
    func notBefore() throws {
        var queue = Queue()
        _ = add("a", Self.keys(1, 2), to: &queue)
        _ = add("b", Self.keys(3), to: &queue)
        let batch = take(&queue, limit: 1)
        var item = try #require(batch.first)
        item.notBefore = Self.at(7)
        queue.finish(batch)
        queue.putBack([item])
        _ = add("c", Self.keys(1), to: &queue)
        #expect(queue.waiting.map(\.payload) == ["a", "b", "c"])
        #expect(take(&queue, limit: 1, at: 6).map(\.payload) == ["b"])
        #expect(queue.endOfFirstPause == Self.at(7))
        #expect(take(&queue, limit: 1, at: 7).map(\.payload) == ["a"])
    }

    @Test("a command that is put back keeps its place, also with other records")
    func putBack() throws {
        var queue = Queue()
        for index in 0..<6 { _ = add("\(index)", Self.keys(index), to: &queue) }
        let first = take(&queue, limit: 2)
        let second = take(&queue, limit: 2)
        var grown = try #require(second.last)
        grown.keys = Self.keys(3, 5)
        queue.finish(second)
        queue.putBack([grown, second[0]])
        queue.finish(first)
        queue.putBack(first.reversed())
        queue.putBack([])
        #expect(queue.waiting.map(\.payload) == ["0", "1", "2", "3", "4", "5"])
        let batch = take(&queue, limit: 4)
        #expect(batch.map(\.payload) == ["0", "1", "2", "3"])
        #expect(take(&queue).map(\.payload) == ["4"], "5 needs a record that 3 holds now")
        queue.finish(batch)
        #expect(take(&queue).map(\.payload) == ["5"])
    }

    @Test("overdue commands are removed once, in order, from any place")
    func deadlines() {
        var queue = Queue()
        for (index, deadline) in [30, 10, 20, 10].enumerated() {
            _ = add("\(index)", Self.keys(1), to: &queue, deadline: deadline)
        }
        #expect(queue.removeOverdue(now: Self.at(9)).isEmpty)
        #expect(queue.removeOverdue(now: Self.at(10)).map(\.payload) == ["1", "3"])
        #expect(queue.removeAll().map(\.payload) == ["0", "2"])
        #expect(queue.count == 0 && queue.endOfFirstPause == nil)
    }
}
