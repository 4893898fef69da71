import Metrics

/// What an operator watches of the write path. All durations in seconds.
struct EngineMetrics: Sendable {
    /// From submit until a lane first takes the command.
    let queueWait = Metrics.Timer(label: "inventory_queue_wait_seconds")
    /// From submit until the row locks are held.
    let lockWait = Metrics.Timer(label: "inventory_lock_wait_seconds")
    /// A batch from its first lease to its last answer.
    let laneBusy = Metrics.Timer(label: "inventory_lane_busy_seconds")
    /// Commands in a batch.
    let batchSize = Recorder(label: "inventory_batch_commands")
    /// Commands that have been let in and not answered.
    private let inFlight = Gauge(label: "inventory_commands_in_flight")
    /// Commands answered `system_busy`: more than may be under way, past their deadline, or without a lease.
    let busyQueue = Counter(label: "inventory_system_busy_total", dimensions: [("reason", "queue_full")])
    let busyWait = Counter(label: "inventory_system_busy_total", dimensions: [("reason", "wait_limit")])
    let busyLeases = Counter(label: "inventory_system_busy_total", dimensions: [("reason", "no_leases")])
    /// Batches that were run again after a conflict or a lost connection.
    let retries = Counter(label: "inventory_batch_retries_total")
    /// COMMITs whose answer was lost and whose fate had to be asked for.
    let unknownCommits = Counter(label: "inventory_unknown_commits_total")

    init(_ settings: EngineSettings) {
        Gauge(label: "inventory_lanes").record(settings.lanes)
        Gauge(label: "inventory_commands_in_flight_limit").record(settings.capacity)
    }

    func recordInFlight(_ count: Int) { inFlight.record(count) }
}
