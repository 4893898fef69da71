import Glibc

/// The limit of the process's file descriptors; each connection takes one.
enum OpenFiles {
    /// Descriptors for everything else: the databases, the log, event loops and libraries.
    private static let others = 256

    /// Raises the limit (`RLIMIT_NOFILE`) as far as the process may, and returns the number of connections that fit.
    static func connections(atMost wanted: Int) -> Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return wanted }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        let all = Int(clamping: limit.rlim_cur)
        return min(wanted, max(all - others, all / 2))
    }

    private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
}
