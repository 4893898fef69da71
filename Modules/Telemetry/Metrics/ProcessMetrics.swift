internal import Glibc

/// What the kernel knows of this process, under the names that Prometheus' own client libraries use.
public enum ProcessMetrics {
    /// To be appended to ``MetricsRegistry/prometheusText()``. Read from `/proc` when called, in some tens of microseconds;
    /// what cannot be read is left out.
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

    /// Worked out once: later it would move with every correction of the clock, which looks like a restart.
    private static let startTime: Double? = ProcessStat.current().map { stat in
        var wall = timespec()
        var sinceBoot = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        clock_gettime(CLOCK_BOOTTIME, &sinceBoot)
        let boot = Double(wall.tv_sec - sinceBoot.tv_sec) + Double(wall.tv_nsec - sinceBoot.tv_nsec) / 1_000_000_000
        // As exact as the kernel's ticks.
        return ((boot + stat.startSecondsSinceBoot) * 100).rounded() / 100
    }

    private static func openDescriptors() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // `.`, `..`, and the descriptor that reads the folder.
        return count - 3
    }

    /// The soft limit, at which opening fails.
    private static func maximumDescriptors() -> Double? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return limit.rlim_cur == rlim_t.max ? .infinity : Double(limit.rlim_cur)
    }
}
