import Metrics

/// What an operator watches of the write path. All durations in seconds.
struct EngineMetrics: Sendable {
    /// From submit until the row locks are held.
    let lockWait = Metrics.Timer(label: "inventory_lock_wait_seconds")
    /// A batch from its first lease to its last answer.
    let laneBusy = Metrics.Timer(label: "inventory_lane_busy_seconds")
    /// Commands in a batch.
    let batchSize = Recorder(label: "inventory_batch_commands")
    /// Commands that waited past their deadline.
    let refusedBusy = Counter(label: "inventory_system_busy_total")
    /// Batches that were run again after a conflict or a lost connection.
    let retries = Counter(label: "inventory_batch_retries_total")
    /// COMMITs whose answer was lost and whose fate had to be asked for.
    let unknownCommits = Counter(label: "inventory_unknown_commits_total")
}
