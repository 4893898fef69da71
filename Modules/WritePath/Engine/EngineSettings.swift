/// The bounds of the write path.
package struct EngineSettings: Sendable {
    /// Commands that may be under way at once, waiting ones included; one more is answered `system_busy`. At least
    /// 4,096, so that a flash sale's first second fits.
    package var capacity = 8_192
    /// Batches that are written at once at most. Few lanes make batches large; a second one fills the first one's waits.
    package var lanes = 2
    /// Commands that wait before a lane begins beside another one. What a batch costs by itself, some 300 microseconds of
    /// the database, is little for each of so many; with fewer it is cheaper to wait for the lane that is at work.
    package var joinCount = 48
    /// Commands that wait at the door while lanes are at work, at least, before they are led to the line.
    package var callCount = 16
    /// How long a command waits for a lane that is at work until another one begins with whatever there is: some batches'
    /// time, so that a batch that lasts does not keep what has nothing to do with it.
    package var joinDelay = Duration.milliseconds(15)
    /// Commands in one batch. Beyond some 200 a larger batch no longer costs less a command and only adds latency.
    package var batchLimit = 200
    /// Steps in one batch, a step being a record, an item or an operation: the bound that counts for orders of many
    /// lines and for `/inventory/batch`. A command that is larger by itself runs alone. Beside a batch of more than
    /// `batchLimit` steps another lane begins at once.
    package var batchStepLimit = 1_000
    /// How long a command may wait for its turn (`LOCK_WAIT_MS`).
    package var waitLimit = Duration.milliseconds(5_000)
    /// What an unreachable lease store means (`LOCK_ON_REDIS_FAILURE`).
    package var onLeaseFailure = LeaseFailurePolicy.continueOnRowLocks
    /// How long one round trip to the database may take before the connection counts as lost.
    /// With the next connect and `resolutionLimit` it must fit into the ten seconds that a program may take to end.
    package var stageTimeout = Duration.seconds(5)
    /// How often a batch is run again after a conflict or a lost connection (SQLSTATE classes 40, 55, 57).
    package var retryLimit = 3
    /// How long a lost COMMIT's fate is asked for before the caller is told that it is not known.
    package var resolutionLimit = Duration.seconds(3)
    /// Commands with an idempotency key that are looked up before they are decided, after one that had been answered
    /// before: who sends again mostly does so soon, and more than once. While nobody does, the insert of the new keys is
    /// what finds an old one, and then the batch runs again with a look-up: a quarter less of the database's time a command.
    package var keyLookups = 1_000
    /// How often an order's command may learn of further records before it gives up: each round, somebody else added
    /// to the order in the meantime.
    package var roundLimit = 5
    /// Overdue reservations of one record that one read fetches.
    package var overdueLimit = 500
    /// Such reads in one transaction; what is still short then waits for its next turn, so that a record with hundreds
    /// of thousands of overdue reservations is cleared in pieces.
    package var overduePages = 10
    /// Whether the lanes' session settings are sent with each transaction, because the sessions are not theirs:
    /// PgBouncer in transaction mode.
    package var sendsSettingsInTransaction = false
    /// How long after `stop` a command may still wait for its turn.
    package var stopLimit = Duration.seconds(7)

    package init() {}
}

/// What a lane does without an answer from the lease store.
package enum LeaseFailurePolicy: Sendable {
    /// Goes on under row locks alone.
    case continueOnRowLocks
    /// Answers `system_busy`.
    case refuse
}
