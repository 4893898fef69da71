import Glibc
import Synchronization

extension Reactor {
    /// The state that only the reactor's thread uses.
    struct Loop {
        static let wakeToken = UInt64.max
        /// The most jobs between two polls of the descriptors: at about 1 µs a job, input waits up to a quarter of a
        /// millisecond.
        static let maximumJobsPerTurn = 256
        static let maximumEventsPerTurn = 128

        var ready: [Work] = []
        var head = 0
        var timers = TimerHeap()
        var timerSequence: UInt64 = 0
        var watchers: [CInt: Watcher] = [:]
        var watcherGeneration: UInt32 = 0
        var isStopping = false
    }

    /// The longest turn of the loop since the last call: jobs, handlers and timers between two waits. A ready descriptor may
    /// have waited this long. Cheap; any thread may call it.
    public func takeLoopLag() -> Duration {
        .nanoseconds(maximumTurnNanoseconds.exchange(0, ordering: .relaxed))
    }

    func run() {
        loopThread.store(UInt(pthread_self()), ordering: .relaxed)
        let events = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Loop.maximumEventsPerTurn * Epoll.eventSize,
            alignment: 8
        )
        defer { events.deallocate() }
        while true {
            let timeout = timeoutBeforeWait()
            let count = epoll.wait(into: events, timeout: timeout)
            let start = MonotonicClock.now()
            collectInbox()
            for index in 0..<count { dispatch(Epoll.event(index, in: events)) }
            fireTimers(until: start)
            runReady()
            recordTurn(MonotonicClock.now() - start)
            if loop.isStopping, loop.head == loop.ready.count, endIfIdle() { break }
        }
        loopThread.store(0, ordering: .relaxed)
    }

    /// In nanoseconds. Zero while there is work. Otherwise it marks the loop as asleep, and returns the time until the next
    /// timer.
    private func timeoutBeforeWait() -> Int64? {
        guard loop.head == loop.ready.count else { return 0 }
        let mayWait = inbox.withLock { inbox in
            guard inbox.work.isEmpty, !inbox.isStopping else { return false }
            inbox.isAsleep = true
            return true
        }
        guard mayWait else { return 0 }
        guard let timer = loop.timers.earliest else { return nil }
        return max(0, timer.deadline - MonotonicClock.now())
    }

    private func collectInbox() {
        if loop.head == loop.ready.count {
            loop.ready.removeAll(keepingCapacity: true)
            loop.head = 0
        }
        inbox.withLock { inbox in
            inbox.isAsleep = false
            loop.isStopping = inbox.isStopping
            guard !inbox.work.isEmpty else { return }
            if loop.ready.isEmpty {
                swap(&loop.ready, &inbox.work)
            } else {
                loop.ready.append(contentsOf: inbox.work)
                inbox.work.removeAll(keepingCapacity: true)
            }
        }
    }

    private func runReady() {
        var remaining = Loop.maximumJobsPerTurn
        while remaining > 0 {
            if loop.head == loop.ready.count {
                collectInbox()
                guard !loop.ready.isEmpty else { return }
            }
            // Moved out of the list, so that a closure's captures are released here. If they were released while the list
            // is cleared, a `deinit` that queues a job would modify the list at the same time.
            var work = Work.taken
            swap(&work, &loop.ready[loop.head])
            loop.head += 1
            remaining -= 1
            perform(work)
        }
    }

    private func perform(_ work: Work) {
        switch work {
        case .taken: break
        case .job(let job):
            job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        case .action(let action): action()
        case .arm(let timer): arm(timer)
        case .disarm(let timer): loop.timers.remove(timer)
        }
    }

    private func recordTurn(_ nanoseconds: Int64) {
        if nanoseconds > maximumTurnNanoseconds.load(ordering: .relaxed) {
            maximumTurnNanoseconds.store(nanoseconds, ordering: .relaxed)
        }
    }

    /// Runs when the ready list is empty and the reactor is stopping: it wakes the sleepers, whose tasks may queue more work.
    /// - Returns: whether the loop has ended.
    private func endIfIdle() -> Bool {
        while let timer = loop.timers.popEarliest() {
            if timer.firesOnShutdown { timer.fire() }
        }
        var watchers: [CInt: Watcher] = [:]
        // Released after the swap: a handler's `deinit` may use the watchers.
        swap(&watchers, &loop.watchers)
        watchers.removeAll()
        guard loop.ready.count == loop.head else { return false }
        return inbox.withLock { inbox in
            inbox.hasEnded = inbox.work.isEmpty
            return inbox.hasEnded
        }
    }
}

/// The clock of timers: monotonic, in nanoseconds.
enum MonotonicClock {
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

extension Duration {
    /// Whole nanoseconds, clamped to 64 bits (292 years).
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, sumOverflow) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return sumOverflow ? .max : sum
    }
}
