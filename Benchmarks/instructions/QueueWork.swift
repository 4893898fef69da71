import Domain
import WritePath

/// The command queue under the load of 128 callers: 64 commands arrive while the batch before them is running.
struct QueueWork {
    private static let batch = 64
    private let keys: [[RecordKey]]

    /// - Parameter isHot: whether all commands want one record; otherwise each wants its own.
    init(isHot: Bool) {
        keys = (0..<Self.batch * 4).map { number in
            [
                RecordKey(
                    product: ProductID(high: 1, low: isHot ? 0 : UInt64(number)),
                    warehouse: WarehouseID(high: 2, low: 0))
            ]
        }
    }

    func pass(times: Int) {
        var queue = CommandQueue<Int>()
        let now = ContinuousClock.now
        var running: [CommandQueue<Int>.Item] = []
        for turn in 0..<max(1, times / Self.batch) {
            for number in 0..<Self.batch {
                let command = turn * Self.batch + number
                use(
                    queue.append(
                        keys: keys[command % keys.count], payload: command, deadline: now + .seconds(5), now: now))
            }
            queue.finish(running)
            running = queue.take(limit: 200, stepLimit: 1_000, now: now)
            guard running.count == Self.batch else { fatalError("a batch of \(running.count)") }
        }
    }
}
