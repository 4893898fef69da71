import Domain
import TestSupport
import Testing

@testable import WritePath

/// Random operations, checked against the invariants of the queue.
struct CommandQueueModelTests {
    typealias Queue = CommandQueue<Int>

    @Test(
        "no record is in two batches, every command leaves once, commands of one record leave in order",
        arguments: 1...8)
    func random(_ round: Int) {
        let seed = SeededRandom().seed &+ UInt64(round)
        var lanes = QueueLanes(seed: seed, records: round.isMultiple(of: 2) ? 4 : 40)
        for _ in 0..<4_000 { lanes.step() }
        lanes.drain()
        #expect(lanes.faults.isEmpty, "seed \(seed): \(lanes.faults.prefix(3))")
        #expect(lanes.ended.count == lanes.added, "seed \(seed): \(lanes.ended.count) of \(lanes.added) ended")
        print("command queue, TEST_SEED=\(seed &- UInt64(round)): \(lanes.added) commands, \(lanes.refused) refused")
    }

    @Test("a take looks at every waiting command at most once: what that costs")
    func scanCost() {
        for waiting in [1_000, 8_000] {
            var queue = Queue()
            let now = CommandQueueTests.at(0)
            let hot = CommandQueueTests.keys(0)
            let deadline = CommandQueueTests.at(5_000)
            _ = queue.append(keys: hot, payload: -1, deadline: deadline, now: now)
            let held = queue.take(limit: 1, stepLimit: 1_000, now: now)
            for index in 0..<waiting { _ = queue.append(keys: hot, payload: index, deadline: deadline, now: now) }
            // Another lane takes a batch while all other commands wait for one record.
            let turns = 20
            let started = ContinuousClock.now
            for turn in 0..<turns {
                _ = queue.append(keys: CommandQueueTests.keys(turn + 1), payload: turn, deadline: deadline, now: now)
                #expect(queue.take(limit: 200, stepLimit: 1_000, now: now).count == 1)
            }
            let each = (ContinuousClock.now - started) / (turns * waiting)
            print(
                "command queue: a take past \(waiting) waiting commands costs \(each) for each (\(each * waiting) in all)"
            )
            queue.finish(held)
            let batch = queue.take(limit: 200, stepLimit: 1_000, now: now)
            #expect(batch.map(\.payload) == Array(0..<200))
        }
    }
}
