import NIOCore

/// Runs tasks on an event loop, so that a request which need not wait never changes threads.
///
/// What it runs must not block. It outlives its loop's sockets: a handler that is still at work when the server ends
/// is resumed here, so a loop is shut down only when no request is left.
final class LoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Begins at once, on this thread, and goes on here after every wait. To be called on the event loop.
    func run(_ operation: sending @escaping @isolated(any) () async -> Void) -> Task<Void, Never> {
        guard #available(macOS 26, *) else { return Task(executorPreference: self, operation: operation) }
        return Task.immediate(executorPreference: self, operation: operation)
    }
}
