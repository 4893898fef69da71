import Glibc

/// How many descriptors the process may have: each connection takes one.
enum OpenFiles {
    /// Descriptors for all else: the databases, the log, event loops, and libraries.
    private static let others = 256

    /// Raises the limit as far as the process may (`RLIMIT_NOFILE`), and tells how many connections fit in.
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
