import Glibc

/// A POSIX thread that runs one closure. `join` or `detach` it.
struct SystemThread: Sendable {
    let identity: pthread_t

    private final class Start {
        let name: String
        let body: () -> Void
        init(name: String, body: @escaping () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts the thread with every asynchronous signal blocked, so that the process's own handlers see them.
    init(name: String, _ body: @escaping @Sendable () -> Void) throws(ReactorError) {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var before = sigset_t()
        var blocked = sigset_t()
        sigfillset(&blocked)
        // Blocking these would turn a trap into a silent kill without a backtrace.
        for signal in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGPROF] { sigdelset(&blocked, signal) }
        pthread_sigmask(SIG_SETMASK, &blocked, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }

        var identity = pthread_t()
        let code = pthread_create(
            &identity,
            nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                SystemThread.nameCurrent(start.name)
                start.body()
                return nil
            },
            start.toOpaque()
        )
        guard code == 0 else {
            start.release()
            throw .system(call: "pthread_create", errno: code)
        }
        self.identity = identity
    }

    var isCurrent: Bool { pthread_equal(pthread_self(), identity) != 0 }

    func join() { pthread_join(identity, nil) }

    /// Swift's `Glibc` does not contain `pthread_setname_np`, a GNU extension; writing to this file does the same.
    private static func nameCurrent(_ name: String) {
        guard let file = fopen("/proc/thread-self/comm", "w") else { return }
        fputs(String(name.prefix(15)), file)
        fclose(file)
    }

    func detach() { pthread_detach(identity) }
}
