internal import Glibc

/// Metrics of this process from the kernel, with the names of Prometheus' own client libraries.
public enum ProcessMetrics {
    /// Append it to ``MetricsRegistry/prometheusText()``. Each call reads `/proc`, which takes some tens of
    /// microseconds; metrics that cannot be read are left out.
    public static func prometheusText() -> String {
        var text = PrometheusText()
        if let stat = ProcessStat.current() {
            text.append(
                "process_cpu_seconds_total",
                .counter,
                help: "Total user and system CPU time spent in seconds.",
                stat.cpuSeconds
            )
            text.append(
                "process_resident_memory_bytes",
                .gauge,
                help: "Resident memory size in bytes.",
                stat.residentBytes
            )
            text.append(
                "process_virtual_memory_bytes",
                .gauge,
                help: "Virtual memory size in bytes.",
                stat.virtualBytes
            )
        }
        if let startTime {
            text.append(
                "process_start_time_seconds",
                .gauge,
                help: "Start time of the process since unix epoch in seconds.",
                startTime
            )
        }
        if let open = openDescriptors() {
            text.append("process_open_fds", .gauge, help: "Number of open file descriptors.", Double(open))
        }
        if let maximum = maximumDescriptors() {
            text.append("process_max_fds", .gauge, help: "Maximum number of open file descriptors.", maximum)
        }
        return text.text
    }

    /// Computed once: it would change with every correction of the clock, which looks like a restart.
    private static let startTime: Double? = ProcessStat.current().map { stat in
        var wall = timespec()
        var sinceBoot = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        clock_gettime(CLOCK_BOOTTIME, &sinceBoot)
        let boot = Double(wall.tv_sec - sinceBoot.tv_sec) + Double(wall.tv_nsec - sinceBoot.tv_nsec) / 1_000_000_000
        // Accurate to one tick of the kernel.
        return ((boot + stat.startSecondsSinceBoot) * 100).rounded() / 100
    }

    private static func openDescriptors() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Without `.`, `..` and the descriptor that reads the folder.
        return count - 3
    }

    /// The soft limit, at which opening fails.
    private static func maximumDescriptors() -> Double? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return limit.rlim_cur == rlim_t.max ? .infinity : Double(limit.rlim_cur)
    }
}
