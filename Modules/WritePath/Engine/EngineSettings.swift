/// The bounds of the write path.
package struct EngineSettings: Sendable {
    /// Commands that may be in flight at once, waiting ones included; one more is answered `system_busy`. At least 4,096,
    /// so that a flash sale's first second fits.
    package var capacity = 8_192
    /// The most batches that run at once. Few lanes make large batches; the second one works while the first one waits.
    package var lanes = 2
    /// Commands that must wait before a lane starts beside a running one. The fixed cost of a batch, some 300 microseconds
    /// of the database's time, is small when shared by that many; with fewer it is cheaper to wait for the running lane.
    package var joinCount = 48
    /// The least number of buffered commands that wakes the engine while lanes are busy.
    package var wakeThreshold = 16
    /// How long a command waits for a running lane before another one starts with however few commands wait: the time of
    /// a few batches, so that a long batch does not hold up unrelated commands.
    package var joinDelay = Duration.milliseconds(15)
    /// Commands in one batch. Beyond some 200 the cost per command no longer falls and only latency grows.
    package var batchLimit = 200
    /// Steps in one batch; a step is a record, an item or an operation. This bounds orders of many lines and
    /// `/inventory/batch`. A command that is larger by itself runs alone. Beside running batches of more than `batchLimit`
    /// steps another lane starts at once.
    package var batchStepLimit = 1_000
    /// How long a command may wait in the queue (`LOCK_WAIT_MS`).
    package var waitLimit = Duration.milliseconds(5_000)
    /// What a lane does when the lease store is unreachable (`LOCK_ON_REDIS_FAILURE`).
    package var onLeaseFailure = LeaseFailurePolicy.continueOnRowLocks
    /// How long one round trip to the database may take before the connection counts as lost.
    /// Together with the next connect and `resolutionLimit` it must fit into the ten seconds that a shutdown may take.
    package var stageTimeout = Duration.seconds(5)
    /// How often a batch is run again after a conflict or a lost connection (SQLSTATE classes 40, 55, 57).
    package var retryLimit = 3
    /// How long a lane tries to learn whether a COMMIT with a lost answer took effect, before it answers `unavailable`.
    package var resolutionLimit = Duration.seconds(3)
    /// After a repeated idempotency key, the number of commands with a key that lanes look up before they decide: clients
    /// that retry mostly do so soon, and more than once. At other times a lane skips the look-up, which saves a quarter of
    /// the database's time per command. The insert of the new keys then finds a repeated one, and the batch runs again.
    package var keyLookups = 1_000
    /// How often a command may return to the queue because its order has further records. Each round means that another
    /// caller added to the order meanwhile.
    package var roundLimit = 5
    /// Overdue reservations of one record that one read fetches.
    package var overdueLimit = 500
    /// Such reads in one transaction. A command that is still short then returns to the queue, so that a record with
    /// hundreds of thousands of overdue reservations is cleared in pieces.
    package var overduePages = 10
    /// Whether lanes send their session settings with each transaction: PgBouncer in transaction mode gives each
    /// transaction another session.
    package var sendsSettingsInTransaction = false
    /// How long after `stop` a command may still wait in the queue.
    package var stopLimit = Duration.seconds(7)

    package init() {}
}

/// What a lane does when the lease store does not answer.
package enum LeaseFailurePolicy: Sendable {
    /// Continues under row locks alone.
    case continueOnRowLocks
    /// Answers `system_busy`.
    case refuse
}
