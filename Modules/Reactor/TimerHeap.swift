/// A binary heap of timers, earliest first. Timers with equal deadlines fire in the order in which they were scheduled.
///
/// Every timer knows its index, so that a cancelled one is removed at once. With five-second timeouts and 50,000 requests a
/// second, cancelled timers would otherwise be a quarter of a million entries.
struct TimerHeap {
    private var timers: [Reactor.Timer] = []

    var isEmpty: Bool { timers.isEmpty }
    var count: Int { timers.count }
    var earliest: Reactor.Timer? { timers.first }

    mutating func insert(_ timer: Reactor.Timer) {
        timer.heapIndex = timers.count
        timers.append(timer)
        siftUp(from: timers.count - 1)
    }

    mutating func popEarliest() -> Reactor.Timer? {
        guard let first = timers.first else { return nil }
        remove(first)
        return first
    }

    mutating func remove(_ timer: Reactor.Timer) {
        let index = timer.heapIndex
        guard index >= 0 else { return }
        assert(timers[index] === timer)
        timer.heapIndex = -1
        let last = timers.removeLast()
        guard last !== timer else { return }
        place(last, at: index)
        siftDown(from: index)
        siftUp(from: index)
    }

    private mutating func siftUp(from start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard timers[index].firesBefore(timers[parent]) else { return }
            exchange(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(from start: Int) {
        var index = start
        while true {
            var smallest = index
            for child in [2 * index + 1, 2 * index + 2] where child < timers.count {
                if timers[child].firesBefore(timers[smallest]) { smallest = child }
            }
            guard smallest != index else { return }
            exchange(index, smallest)
            index = smallest
        }
    }

    private mutating func exchange(_ first: Int, _ second: Int) {
        let timer = timers[first]
        place(timers[second], at: first)
        place(timer, at: second)
    }

    private mutating func place(_ timer: Reactor.Timer, at index: Int) {
        timers[index] = timer
        timer.heapIndex = index
    }
}
