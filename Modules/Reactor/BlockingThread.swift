import Glibc
import Synchronization

/// A dedicated thread for calls that block: name resolution, connecting, libcurl. It runs one call at a time, in order.
///
/// It is also a serial executor, for an actor whose work blocks. The thread lives until ``shutdown()``.
///
/// `@unchecked Sendable`: `signal` is a POSIX semaphore, which threads may share; everything else is immutable or locked.
public final class BlockingThread: SerialExecutor, @unchecked Sendable {
    private enum Work {
        case job(UnownedJob)
        case call(@Sendable () -> Void)
    }

    private struct Queue {
        var work: [Work] = []
        var isStopping = false
    }

    private let queue = Mutex(Queue())
    private let loopThread = Atomic<UInt>(0)
    private let thread = Mutex<SystemThread?>(nil)
    private let signal: UnsafeMutablePointer<sem_t>

    /// Starts the thread. Traps if the process cannot have another thread, so create it when the program starts.
    public init(name: String) {
        signal = .allocate(capacity: 1)
        sem_init(signal, 0, 0)
        do {
            let started = try SystemThread(name: name) { self.loop() }
            thread.withLock { $0 = started }
        } catch {
            fatalError("no thread for \(name): \(error)")
        }
    }

    deinit {
        sem_destroy(signal)
        signal.deallocate()
    }

    /// Runs `body` on the thread, after earlier calls.
    ///
    /// Cancellation does not interrupt it: a blocking call needs a timeout of its own.
    /// - Throws: what `body` throws, or ``ReactorError/shutDown``.
    public func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let isAccepted = submit(.call { continuation.resume(with: Result { try body() }) })
            if !isAccepted { continuation.resume(throwing: ReactorError.shutDown) }
        }
    }

    /// Queues a job of an actor. Any thread may call this. After ``shutdown()`` jobs never run.
    public func enqueue(_ job: consuming ExecutorJob) {
        _ = submit(.job(UnownedJob(job)))
    }

    /// The value for an actor's `unownedExecutor`. The actor must also keep a reference to this object.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    /// Traps unless called on the thread. `assumeIsolated` calls it.
    public func checkIsolated() {
        precondition(isCurrentThread, "not on the blocking thread")
    }

    /// Like `checkIsolated`, without the trap.
    public func isIsolatingCurrentContext() -> Bool? { isCurrentThread }

    /// Ends the thread after the queued calls, and waits for it unless called on the thread itself.
    public func shutdown() {
        queue.withLock { $0.isStopping = true }
        sem_post(signal)
        guard let thread = thread.withLock({ $0.take() }) else { return }
        if isCurrentThread { thread.detach() } else { thread.join() }
    }

    private var isCurrentThread: Bool { loopThread.load(ordering: .relaxed) == UInt(pthread_self()) }

    private func submit(_ work: Work) -> Bool {
        let isAccepted = queue.withLock { queue in
            guard !queue.isStopping else { return false }
            queue.work.append(work)
            return true
        }
        if isAccepted { sem_post(signal) }
        return isAccepted
    }

    private func loop() {
        loopThread.store(UInt(pthread_self()), ordering: .relaxed)
        while true {
            // A signal may interrupt the wait; an empty queue below is harmless.
            sem_wait(signal)
            let (work, isStopping) = queue.withLock { queue in
                defer { queue.work = [] }
                return (queue.work, queue.isStopping)
            }
            for item in work {
                switch item {
                case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
                case .call(let call): call()
                }
            }
            if isStopping { break }
        }
        loopThread.store(0, ordering: .relaxed)
    }
}
