import Glibc
import Synchronization

/// An epoll thread that is a serial executor: actors whose `unownedExecutor` is a reactor run on its thread, like the
/// watchers and timers of the same reactor, so that they need no locks between them.
///
/// It is also a task executor. Give it as `executorPreference:` to tasks that use actors of a reactor: a continuation
/// resumes on the task's preferred executor. Without one that is the shared pool, which costs two thread switches.
///
/// Nothing that blocks may run here; use a `BlockingThread`. A reactor lives until ``shutdown()``, because its thread keeps a
/// reference to it.
///
/// `@unchecked Sendable`: only the reactor's thread uses `loop`; everything else is locked, atomic or immutable.
public final class Reactor: SerialExecutor, TaskExecutor, @unchecked Sendable {
    /// Work for the reactor's thread.
    enum Work {
        /// Replaces work that has been taken out of the list.
        case taken
        case job(UnownedJob)
        case action(@Sendable () -> Void)
        case arm(Timer)
        case disarm(Timer)
    }

    /// Work from other threads.
    struct Inbox {
        var work: [Work] = []
        /// The loop waits in the kernel, or is about to: the next sender must wake it.
        var isAsleep = false
        var isStopping = false
        /// The loop has ended: new work is dropped, because closures that capture the reactor would keep it alive.
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
    /// - Throws: ``ReactorError/system(call:errno:)`` if no descriptor or thread is available.
    public init(name: String) throws(ReactorError) {
        epoll = try Epoll()
        try epoll.add(epoll.wakeDescriptor, mask: Epoll.readable | Epoll.edgeTriggered, token: Loop.wakeToken)
        let started = try SystemThread(name: name) { self.run() }
        thread.withLock { $0 = started }
    }

    deinit { epoll.close() }

    /// True on the reactor's own thread.
    public var isCurrentThread: Bool { loopThread.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// Queues a job of an actor, or of a task that prefers this executor. Any thread may call it; a system call is made only
    /// to wake a sleeping thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        submit(.job(UnownedJob(job)))
    }

    /// Runs `action` on the reactor's thread later, without a task. Any thread may call it.
    public func post(_ action: @escaping @Sendable () -> Void) {
        submit(.action(action))
    }

    /// The value for an actor's `unownedExecutor`. The actor must also keep a reference to the reactor.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    /// Runs `action` on the reactor's thread: immediately if called there, otherwise later. Actions from one thread keep
    /// their order.
    public func perform(_ action: @escaping @Sendable () -> Void) {
        if isCurrentThread { action() } else { submit(.action(action)) }
    }

    /// Traps unless called on the reactor's thread. `assumeIsolated` calls it.
    public func checkIsolated() {
        precondition(isCurrentThread, "not on the reactor's thread")
    }

    /// Like `checkIsolated`, without the trap.
    public func isIsolatingCurrentContext() -> Bool? { isCurrentThread }

    /// Stops the thread after the queued work, and waits for it unless called on the thread itself.
    ///
    /// Sleeping tasks return early; other timers and all watchers are dropped. Close the actors on it first: later jobs
    /// never run.
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
            // Cleared here, so that only one of many senders makes the system call.
            defer { inbox.isAsleep = false }
            return inbox.isAsleep
        }
        if wakes { epoll.wake() }
    }
}
