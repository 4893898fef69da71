import Glibc
import Synchronization

extension Reactor {
    /// What belongs to the reactor's thread alone.
    struct Loop {
        static let wakeToken = UInt64.max
        /// Jobs between two looks at the descriptors: at about 1 µs a job, input waits a quarter of a millisecond at most.
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

    /// The longest turn of the loop since this was last called: jobs, handlers and timers between two waits. It is how long
    /// a ready descriptor may have waited. Cheap; any thread may call.
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
            noteTurn(MonotonicClock.now() - start)
            if loop.isStopping, loop.head == loop.ready.count, endsNow() { break }
        }
        loopThread.store(0, ordering: .relaxed)
    }

    /// In nanoseconds. Zero while there is work. Otherwise marks the loop asleep, and the next timer says for how long.
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
            // Taken out, so that what a closure holds is released here and not in the middle of clearing the list, where
            // a `deinit` that queues a job would meet the list half-way changed.
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

    private func noteTurn(_ nanoseconds: Int64) {
        if nanoseconds > maximumTurnNanoseconds.load(ordering: .relaxed) {
            maximumTurnNanoseconds.store(nanoseconds, ordering: .relaxed)
        }
    }

    /// Called when the ready list is empty and a stop was asked for: wakes the sleepers, whose tasks may queue more.
    private func endsNow() -> Bool {
        while let timer = loop.timers.popEarliest() {
            if timer.firesOnShutdown { timer.fire() }
        }
        var watchers: [CInt: Watcher] = [:]
        // Released after the swap: a handler's `deinit` may come back here.
        swap(&watchers, &loop.watchers)
        watchers.removeAll()
        guard loop.ready.count == loop.head else { return false }
        return inbox.withLock { inbox in
            inbox.hasEnded = inbox.work.isEmpty
            return inbox.hasEnded
        }
    }
}

/// The clock of timers: nanoseconds that never go backwards.
enum MonotonicClock {
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

extension Duration {
    /// Whole nanoseconds, held to what 64 bits can say (292 years).
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, sumOverflow) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return sumOverflow ? .max : sum
    }
}
