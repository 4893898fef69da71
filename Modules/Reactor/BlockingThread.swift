import Glibc
import Synchronization

/// A thread of its own for calls that block: name resolution, connecting, libcurl. One call at a time, in order.
///
/// It is a serial executor too, for an actor all of whose work blocks. The thread lives until ``shutdown()``.
///
/// `@unchecked Sendable`: `signal` is a POSIX semaphore, made for sharing; everything else is immutable or locked.
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

    /// Starts the thread. Traps if the process cannot have another thread; make it when the program starts.
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

    /// Runs `body` on the thread, after the calls before it.
    ///
    /// Cancellation does not interrupt it: a call that blocks must bring a timeout of its own.
    /// - Throws: what `body` throws, or ``ReactorError/shutDown``.
    public func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = submit(.call { continuation.resume(with: Result { try body() }) })
            if !isTaken { continuation.resume(throwing: ReactorError.shutDown) }
        }
    }

    /// Takes a job of an actor. Any thread may call. After ``shutdown()`` jobs never run.
    public func enqueue(_ job: consuming ExecutorJob) {
        _ = submit(.job(UnownedJob(job)))
    }

    /// What an actor returns from its `unownedExecutor`; the actor must also keep the thread itself.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    /// Traps unless called on the thread; `assumeIsolated` asks this.
    public func checkIsolated() {
        precondition(isCurrentThread, "not on the blocking thread")
    }

    /// The same question without the trap.
    public func isIsolatingCurrentContext() -> Bool? { isCurrentThread }

    /// Ends the thread after the calls that are queued, and waits for it unless called on that very thread.
    public func shutdown() {
        queue.withLock { $0.isStopping = true }
        sem_post(signal)
        guard let thread = thread.withLock({ $0.take() }) else { return }
        if isCurrentThread { thread.detach() } else { thread.join() }
    }

    private var isCurrentThread: Bool { loopThread.load(ordering: .relaxed) == UInt(pthread_self()) }

    private func submit(_ work: Work) -> Bool {
        let isTaken = queue.withLock { queue in
            guard !queue.isStopping else { return false }
            queue.work.append(work)
            return true
        }
        if isTaken { sem_post(signal) }
        return isTaken
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
