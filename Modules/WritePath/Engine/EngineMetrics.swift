import Metrics

/// The metrics of the write path. All durations in seconds.
struct EngineMetrics: Sendable {
    /// From submit until a lane first takes the command.
    let queueWait = Metrics.Timer(label: "inventory_queue_wait_seconds")
    /// From submit until the row locks are held.
    let lockWait = Metrics.Timer(label: "inventory_lock_wait_seconds")
    /// A batch from its first lease to its last answer.
    let laneBusy = Metrics.Timer(label: "inventory_lane_busy_seconds")
    /// Commands in a batch.
    let batchSize = Recorder(label: "inventory_batch_commands")
    /// Admitted commands without an answer.
    private let inFlight = Gauge(label: "inventory_commands_in_flight")
    /// Commands answered `system_busy`: over capacity, past their deadline, or without a lease.
    let busyQueue = Counter(label: "inventory_system_busy_total", dimensions: [("reason", "queue_full")])
    let busyWait = Counter(label: "inventory_system_busy_total", dimensions: [("reason", "wait_limit")])
    let busyLeases = Counter(label: "inventory_system_busy_total", dimensions: [("reason", "no_leases")])
    /// Batches retried after a conflict or a lost connection.
    let retries = Counter(label: "inventory_batch_retries_total")
    /// COMMITs whose answer was lost, so that the lane had to ask whether they took effect.
    let unknownCommits = Counter(label: "inventory_unknown_commits_total")

    init(_ settings: EngineSettings) {
        Gauge(label: "inventory_lanes").record(settings.lanes)
        Gauge(label: "inventory_commands_in_flight_limit").record(settings.capacity)
    }

    func recordInFlight(_ count: Int) { inFlight.record(count) }
}
