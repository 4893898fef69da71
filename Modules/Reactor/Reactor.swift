import Glibc
import Synchronization

/// One epoll thread that is a serial executor: actors whose `unownedExecutor` is a reactor run on its thread, beside the
/// watchers and timers of the same reactor, so that none of them needs a lock against the others.
///
/// It is a task executor too. A task that has to do with actors of a reactor is best made with `executorPreference:`
/// it: a continuation is resumed on the task's preferred executor, and without one that is the shared pool, two thread
/// switches away.
///
/// Nothing that blocks may run here; a `BlockingThread` is for that. A reactor lives until ``shutdown()``: its thread holds it.
///
/// `@unchecked Sendable`: what is not behind a lock or atomic (`loop`) is touched by the reactor's thread alone.
public final class Reactor: SerialExecutor, TaskExecutor, @unchecked Sendable {
    /// Something to do on the reactor's thread.
    enum Work {
        /// Stands where work has been taken out of the list.
        case taken
        case job(UnownedJob)
        case action(@Sendable () -> Void)
        case arm(Timer)
        case disarm(Timer)
    }

    /// What other threads hand to the reactor.
    struct Inbox {
        var work: [Work] = []
        /// The loop waits, or is about to wait, in the kernel: the next sender has to wake it.
        var isAsleep = false
        var isStopping = false
        /// The loop has ended: what comes now is dropped, or closures that hold the reactor would keep it for ever.
        var hasEnded = false
    }

    let epoll: Epoll
    let inbox = Mutex(Inbox())
    let loopThread = Atomic<UInt>(0)
    let maximumTurnNanoseconds = Atomic<Int64>(0)
    var loop = Loop()
    private let thread = Mutex<SystemThread?>(nil)

    /// Starts the thread. `name` shows in `top -H`; the kernel keeps its first 15 characters.
    ///
    /// - Throws: ``ReactorError/system(call:errno:)`` when descriptors or threads have run out.
    public init(name: String) throws(ReactorError) {
        epoll = try Epoll()
        try epoll.add(epoll.wakeDescriptor, mask: Epoll.readable | Epoll.edgeTriggered, token: Loop.wakeToken)
        let started = try SystemThread(name: name) { self.run() }
        thread.withLock { $0 = started }
    }

    deinit { epoll.close() }

    /// True on the reactor's own thread.
    public var isCurrentThread: Bool { loopThread.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// Takes a job of an actor, or of a task that prefers this thread. Any thread may call; the kernel is only asked to wake the thread when it sleeps.
    public func enqueue(_ job: consuming ExecutorJob) {
        submit(.job(UnownedJob(job)))
    }

    /// Runs `action` on the reactor's thread, soon, without a task. Any thread may call.
    public func post(_ action: @escaping @Sendable () -> Void) {
        submit(.action(action))
    }

    /// What an actor returns from its `unownedExecutor`; the actor must also keep the reactor itself.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    /// Runs what concerns this thread's actors: at once when called on it, soon otherwise. What one thread hands over
    /// keeps its order.
    public func perform(_ action: @escaping @Sendable () -> Void) {
        if isCurrentThread { action() } else { submit(.action(action)) }
    }

    /// Traps unless called on the reactor's thread; `assumeIsolated` asks this.
    public func checkIsolated() {
        precondition(isCurrentThread, "not on the reactor's thread")
    }

    /// The same question without the trap.
    public func isIsolatingCurrentContext() -> Bool? { isCurrentThread }

    /// Stops the thread after the work that is queued, and waits for it unless called on that very thread.
    ///
    /// Sleepers return early, other timers are dropped, watchers are forgotten. Close the actors on it first: a job that
    /// comes later never runs.
    public func shutdown() {
        let wakes = inbox.withLock { inbox in
            inbox.isStopping = true
            defer { inbox.isAsleep = false }
            return inbox.isAsleep
        }
        if wakes { epoll.wake() }
        guard let thread = thread.withLock({ $0.take() }) else { return }
        if isCurrentThread { thread.detach() } else { thread.join() }
    }

    func submit(_ work: Work) {
        if isCurrentThread {
            loop.ready.append(work)
            return
        }
        let wakes = inbox.withLock { inbox in
            guard !inbox.hasEnded else { return false }
            inbox.work.append(work)
            // Cleared here, so that of many senders only one pays for the system call.
            defer { inbox.isAsleep = false }
            return inbox.isAsleep
        }
        if wakes { epoll.wake() }
    }
}
