package import Domain
package import Logging
import Metrics
package import PostgresClient
package import PostgresDirectory
package import Reactor
package import UseCases

/// The write path: accepts commands from any task, groups them into batches, and runs the batches on lanes.
///
/// While one batch is written the next one gathers, so that a flash sale on one record becomes a few large transactions
/// and a lone request starts at once. `StockMachine` has the rules; PostgreSQL has the last word.
package actor CommandEngine {
    package nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    nonisolated let reactor: Reactor
    let settings: EngineSettings
    let directory: PostgresRecordDirectory
    let logger: Logger
    let metrics: EngineMetrics
    let alertNotifier: AlertNotifier?
    let lookups: OrderLookups
    private let configuration: PostgresConfiguration
    private let leases: any LeaseStore
    private let cache: any StockCache
    private let observer: (@Sendable (DecidedBatch) -> Void)?

    var queue = CommandQueue<PendingCommand>()
    nonisolated let admission: AdmissionControl
    private var idle: [CheckedContinuation<Void, Never>] = []
    private(set) var isStopping = false
    private var isWatched = false
    private var wakeAt: ContinuousClock.Instant?
    private var running = RunningBatches()
    private var isJoinScheduled = false

    /// - Parameters:
    ///   - configuration: how each lane reaches the database, on a connection of its own.
    ///   - client: shared connections for unlocked reads by key; its sessions have `KeySession`'s settings.
    ///   - notices: the client whose connections notify the mailers of new alerts; if nil, mailers only poll.
    ///   - observer: called with each committed batch; for tests.
    package init(
        reactor: Reactor,
        configuration: PostgresConfiguration,
        client: PostgresClient,
        notices: PostgresClient? = nil,
        directory: PostgresRecordDirectory,
        leases: any LeaseStore,
        cache: any StockCache,
        settings: EngineSettings = EngineSettings(),
        logger: Logger,
        observer: (@Sendable (DecidedBatch) -> Void)? = nil
    ) {
        self.reactor = reactor
        self.settings = settings
        metrics = EngineMetrics(settings)
        admission = AdmissionControl(reactor: reactor, capacity: settings.capacity, metrics: metrics)
        self.directory = directory
        self.logger = logger
        lookups = OrderLookups(client: client, reactor: reactor)
        alertNotifier = notices.map { AlertNotifier(reactor: reactor, client: $0) }
        self.configuration = configuration
        self.leases = leases
        self.cache = cache
        self.observer = observer
    }

    /// Puts a command into the queue. Once the engine stops it refuses: the last lane may have ended while the command's
    /// records were looked up.
    func enqueue(_ command: PendingCommand) {
        guard !isStopping else { return command.answer(.failure(.systemBusy)) }
        append(command)
    }

    /// Carries out commands until the task is cancelled; then finishes the queued ones and accepts no new ones.
    package func run() async {
        let lanes = (0..<settings.lanes).map { index in
            Lane(
                name: "lane \(index + 1)",
                engine: self,
                configuration: configuration,
                leases: leases,
                cache: cache,
                observer: observer
            )
        }
        // Unstructured tasks: cancelling this one must not cut short the pauses between retries of running batches.
        let tasks = lanes.map { lane in Task(executorPreference: reactor) { await lane.run() } }
        await withTaskCancellationHandler {
            for task in tasks { await task.value }
        } onCancel: {
            Task { await self.stop() }
        }
    }

    /// Accepts no more commands. The lanes end when the queue is empty; commands that still wait after
    /// `EngineSettings.stopLimit` are refused.
    package func stop() {
        guard !isStopping else { return }
        isStopping = true
        updateWakeThreshold()
        wakeAll()
        reactor.schedule(after: settings.stopLimit) { [weak self] in
            self?.assumeIsolated { $0.refuseAll() }
        }
    }

    private func refuseAll() {
        for item in queue.removeAll() { item.payload.answer(.failure(.systemBusy)) }
        wakeAll()
    }

    // MARK: Called by lanes

    /// Waits for the next batch; nil when the engine stops and the queue is empty.
    func nextBatch() async -> [QueuedCommand]? {
        while true {
            drainBuffer()
            let now = ContinuousClock.now
            if shouldStartLane(now) {
                let batch = queue.take(
                    limit: settings.batchLimit, newRecordLimit: batchShare, stepLimit: settings.batchStepLimit, now: now
                )
                if !batch.isEmpty {
                    running.add(weight: Self.weight(of: batch))
                    updateWakeThreshold()
                    scheduleJoin()
                    // Another lane takes what else is ready.
                    if queue.mayBeReady { wakeOne() }
                    return batch
                }
                if isStopping, queue.count == 0 { return nil }
                scheduleWake(now)
            } else if queue.count > 0 {
                scheduleJoin()
            }
            await withCheckedContinuation { idle.append($0) }
        }
    }

    /// Releases a batch's records in the queue.
    /// - Parameters:
    ///   - returned: commands of the batch that go back to the queue.
    ///   - pauses: records that no batch may take yet, and for how long.
    func finish(_ batch: [QueuedCommand], returned: [QueuedCommand], pauses: [(RecordKey, Duration)]) {
        queue.finish(batch)
        running.remove(weight: Self.weight(of: batch))
        queue.putBack(returned)
        let now = ContinuousClock.now
        for (key, duration) in pauses {
            queue.pause(key, until: now + duration)
        }
        if queue.count > 0 || isStopping { wakeAll() }
        watch()
    }

    /// Wakes one lane at a time, so that commands that wait together end up in one batch.
    private func wakeOne() {
        if let lane = idle.popLast() { lane.resume() }
    }

    private func wakeAll() {
        let lanes = idle
        idle.removeAll()
        for lane in lanes { lane.resume() }
    }

    private func shouldStartLane(_ now: ContinuousClock.Instant) -> Bool {
        // The last commands before the end start at once.
        if isStopping { return true }
        let oldest = queue.waiting.first.map { now - $0.payload.submittedAt } ?? .zero
        return running.shouldStartLane(for: queue.count, oldest: oldest, settings)
    }

    /// Whether a lane would start for a single command that has just become ready.
    var shouldStartLaneForOne: Bool { running.shouldStartLane(for: 1, oldest: .zero, settings) }

    /// The most commands with a new record that one lane takes: half of the queue, if that is enough for a lane. The next
    /// lane takes the other half; a batch of the whole queue would leave lanes and database idle until its callers return.
    /// Commands that share their record with an earlier one of the batch do not count.
    private var batchShare: Int { max(settings.joinCount, (queue.count + 1) / 2) }

    private static func weight(of batch: [QueuedCommand]) -> Int {
        batch.reduce(0) { $0 + $1.weight }
    }

    // MARK: Waiting

    private func append(_ command: PendingCommand) {
        let now = ContinuousClock.now
        let isReady = queue.append(
            keys: command.records.map(\.key),
            weight: max(command.records.count, command.command.weight),
            payload: command,
            deadline: command.submittedAt + settings.waitLimit,
            now: now
        )
        if isReady, shouldStartLane(now) {
            wakeOne()
        } else if !idle.isEmpty {
            if isReady { scheduleJoin() } else { scheduleWake(now) }
        }
        watch()
    }

    /// Answers `system_busy` to queued commands past their deadline. None of them has had any effect.
    private func refuseOverdue(_ now: ContinuousClock.Instant) {
        for item in queue.removeOverdue(now: now) {
            metrics.busyWait.increment()
            item.payload.answer(.failure(.systemBusy))
        }
    }

    /// While commands wait, checks their deadlines every `watchInterval`, even if all lanes are busy.
    private func watch() {
        guard !isWatched, queue.count > 0 else { return }
        isWatched = true
        reactor.schedule(after: Self.watchInterval) { [weak self] in
            self?.assumeIsolated { $0.checkDeadlines() }
        }
    }

    private func checkDeadlines() {
        isWatched = false
        refuseOverdue(.now)
        // Records that an overdue order had reserved are free again.
        if queue.mayBeReady { wakeAll() }
        watch()
    }

    /// How late a deadline may be noticed: small against `LOCK_WAIT_MS`, large against the cost of a check.
    private static let watchInterval = Duration.milliseconds(50)

    /// Drains the buffer after `joinDelay` and wakes an idle lane, so that a long batch does not hold up other commands.
    private func scheduleJoin() {
        guard !isJoinScheduled else { return }
        isJoinScheduled = true
        reactor.schedule(after: settings.joinDelay) { [weak self] in
            self?.assumeIsolated { engine in
                engine.isJoinScheduled = false
                engine.drainBuffer()
                if !engine.running.isEmpty { engine.scheduleJoin() }
                // If the oldest command has not waited long enough, the lane goes idle and schedules this again.
                if engine.queue.count > 0 { engine.wakeOne() }
            }
        }
    }

    /// Wakes the idle lanes when the first pause ends.
    private func scheduleWake(_ now: ContinuousClock.Instant) {
        guard let at = queue.endOfFirstPause else { return }
        if let wakeAt, wakeAt <= at, wakeAt > now { return }
        wakeAt = at
        reactor.schedule(after: max(.microseconds(50), at - now)) { [weak self] in
            self?.assumeIsolated { $0.wakeAll() }
        }
    }
}

/// A decided and committed batch, for tests that replay it against the model.
package struct DecidedBatch: Sendable {
    /// Ascends in a valid serial order of the batches.
    package let sequence: UInt64
    package let now: Instant
    package let decisions: [(command: Command, actor: String, result: Result<Outcome, StockRefusal>)]
}
