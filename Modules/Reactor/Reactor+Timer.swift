import Synchronization

extension Reactor {
    /// An action that runs once, later, unless it is cancelled first.
    ///
    /// `@unchecked Sendable`: `state` is atomic; the rest is immutable or used by the reactor's thread only.
    public final class Timer: @unchecked Sendable {
        private static let pending: UInt8 = 0
        private static let done: UInt8 = 1

        let deadline: Int64
        let firesOnShutdown: Bool
        var sequence: UInt64 = 0
        var heapIndex = -1
        private let state = Atomic<UInt8>(Timer.pending)
        private let action: @Sendable () -> Void
        private let reactor: Reactor

        init(reactor: Reactor, deadline: Int64, firesOnShutdown: Bool, action: @escaping @Sendable () -> Void) {
            self.reactor = reactor
            self.deadline = deadline
            self.firesOnShutdown = firesOnShutdown
            self.action = action
        }

        var isPending: Bool { state.load(ordering: .relaxed) == Timer.pending }

        /// Prevents the action from starting. It has no effect once the action has started. Any thread; idempotent.
        public func cancel() {
            guard settle() else { return }
            reactor.submit(.disarm(self))
        }

        func fire() {
            guard settle() else { return }
            action()
        }

        func firesBefore(_ other: Timer) -> Bool {
            deadline != other.deadline ? deadline < other.deadline : sequence < other.sequence
        }

        private func settle() -> Bool {
            state.compareExchange(expected: Timer.pending, desired: Timer.done, ordering: .acquiringAndReleasing)
                .exchanged
        }
    }

    /// Runs `action` on the reactor's thread after `delay` of the monotonic clock, with millisecond precision and never
    /// early. Any thread may call it. The reactor keeps the timer; the result is needed only to cancel it.
    @discardableResult
    public func schedule(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> Timer {
        schedule(after: delay, firesOnShutdown: false, action)
    }

    /// Returns after `delay`, or earlier if the task is cancelled or the reactor is shut down. It never throws, so check
    /// `Task.isCancelled` if that matters.
    public func sleep(for delay: Duration) async {
        let sleeper = Sleeper()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard sleeper.begin(continuation) else { return }
                let timer = schedule(after: delay, firesOnShutdown: true) { sleeper.wake() }
                sleeper.keep(timer)
            }
        } onCancel: {
            sleeper.wake()
        }
    }

    func arm(_ timer: Timer) {
        guard timer.isPending else { return }
        loop.timerSequence += 1
        timer.sequence = loop.timerSequence
        loop.timers.insert(timer)
    }

    func fireTimers(until now: Int64) {
        while let timer = loop.timers.earliest, timer.deadline <= now {
            loop.timers.remove(timer)
            timer.fire()
        }
    }

    private func schedule(
        after delay: Duration,
        firesOnShutdown: Bool,
        _ action: @escaping @Sendable () -> Void
    ) -> Timer {
        let (deadline, overflow) = MonotonicClock.now().addingReportingOverflow(max(0, delay.wholeNanoseconds))
        let timer = Timer(
            reactor: self,
            deadline: overflow ? .max : deadline,
            firesOnShutdown: firesOnShutdown,
            action: action
        )
        if isCurrentThread { arm(timer) } else { submit(.arm(timer)) }
        return timer
    }
}

/// Resumes a sleeping task once, by its timer or by cancellation, whichever comes first.
private final class Sleeper: Sendable {
    private enum State {
        case idle
        case sleeping(CheckedContinuation<Void, Never>, Reactor.Timer?)
        case awake
    }

    private let state = Mutex(State.idle)

    /// Returns false if the sleep was cancelled before it began; then it has resumed the continuation.
    func begin(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
        let begins = state.withLock { state in
            guard case .idle = state else { return false }
            state = .sleeping(continuation, nil)
            return true
        }
        if !begins { continuation.resume() }
        return begins
    }

    func keep(_ timer: Reactor.Timer) {
        let isAwake = state.withLock { state in
            guard case .sleeping(let continuation, _) = state else { return true }
            state = .sleeping(continuation, timer)
            return false
        }
        if isAwake { timer.cancel() }
    }

    func wake() {
        let before = state.withLock { state in
            defer { state = .awake }
            return state
        }
        guard case .sleeping(let continuation, let timer) = before else { return }
        timer?.cancel()
        continuation.resume()
    }
}
