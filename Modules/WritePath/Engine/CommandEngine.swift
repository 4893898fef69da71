package import Domain
package import Logging
import Metrics
package import PostgresClient
package import PostgresDirectory
package import Reactor
package import UseCases

/// The write path: takes commands from any task, gathers them into batches, and has lanes carry them out.
///
/// While one batch is being written the next gathers, so that a flash sale on one record becomes a few large
/// transactions and a lone request goes at once. The rules are `StockMachine`'s; the arbiter is PostgreSQL.
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
    nonisolated let reception: AdmissionControl
    private var idle: [CheckedContinuation<Void, Never>] = []
    private(set) var isStopping = false
    private var isWatched = false
    private var wakeAt: ContinuousClock.Instant?
    private var underWay = RunningBatches()
    private var isJoinScheduled = false

    /// - Parameters:
    ///   - configuration: how each lane reaches the database, on a connection of its own.
    ///   - client: shared connections for unlocked reads by key; its sessions have `KeySession`'s settings.
    ///   - notices: lends a connection for telling mailers of new alerts; nil leaves that to their poll.
    ///   - observer: told of each batch that was committed; for tests.
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
        reception = AdmissionControl(reactor: reactor, capacity: settings.capacity, metrics: metrics)
        self.directory = directory
        self.logger = logger
        lookups = OrderLookups(client: client, reactor: reactor)
        alertNotifier = notices.map { AlertNotifier(reactor: reactor, client: $0) }
        self.configuration = configuration
        self.leases = leases
        self.cache = cache
        self.observer = observer
    }

    /// Puts a command into the line. Nobody may slip in behind the last lane, whatever has been waited for before.
    func take(_ ticket: PendingCommand) {
        guard !isStopping else { return ticket.answer(.failure(.systemBusy)) }
        enqueue(ticket)
    }

    /// Carries out commands until the task is cancelled; then what has been taken is finished and nothing new taken.
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
        // Tasks of their own: cancelling this one must not take the pauses out of what is under way.
        let tasks = lanes.map { lane in Task(executorPreference: reactor) { await lane.run() } }
        await withTaskCancellationHandler {
            for task in tasks { await task.value }
        } onCancel: {
            Task { await self.stop() }
        }
    }

    /// Takes nothing more; the lanes end when nothing waits, which after `EngineSettings.stopLimit` is refused.
    package func stop() {
        guard !isStopping else { return }
        isStopping = true
        beCalled()
        wakeAll()
        reactor.schedule(after: settings.stopLimit) { [weak self] in
            self?.assumeIsolated { $0.refuseAll() }
        }
    }

    private func refuseAll() {
        for item in queue.removeAll() { item.payload.answer(.failure(.systemBusy)) }
        wakeAll()
    }

    // MARK: What lanes ask for

    /// The next batch; waits for one. nil when the engine stops and nothing is left.
    func nextBatch() async -> [QueuedCommand]? {
        while true {
            welcome()
            let now = ContinuousClock.now
            if isWorthALane(now) {
                let batch = queue.take(
                    limit: settings.batchLimit, freshLimit: share, stepLimit: settings.batchStepLimit, now: now)
                if !batch.isEmpty {
                    underWay.add(weight: Self.weight(of: batch))
                    beCalled()
                    scheduleJoin()
                    // What else is ready is another lane's.
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

    /// Lets go of a batch; `returned` are those of its commands that must wait for another turn.
    func finish(_ batch: [QueuedCommand], returned: [QueuedCommand], resting: [(RecordKey, Duration)]) {
        queue.finish(batch)
        underWay.remove(weight: Self.weight(of: batch))
        queue.putBack(returned)
        let now = ContinuousClock.now
        for (key, duration) in resting {
            queue.rest(key, until: now + duration)
        }
        if queue.count > 0 || isStopping { wakeAll() }
        watch()
    }

    /// One after the other, so that a lane's batch holds together what waits together.
    private func wakeOne() {
        if let lane = idle.popLast() { lane.resume() }
    }

    private func wakeAll() {
        let lanes = idle
        idle.removeAll()
        for lane in lanes { lane.resume() }
    }

    private func isWorthALane(_ now: ContinuousClock.Instant) -> Bool {
        // What is left at the end goes at once.
        if isStopping { return true }
        let oldest = queue.waiting.first.map { now - $0.payload.submittedAt } ?? .zero
        return underWay.leavesRoom(for: queue.count, oldest: oldest, settings)
    }

    /// Whether a lane would begin with a single command, were it ready.
    var hasRoomForOneMore: Bool { underWay.leavesRoom(for: 1, oldest: .zero, settings) }

    /// What a lane takes of what waits: half, where that is enough for a lane. The other half is the next lane's, or there
    /// when this one is done; a batch of everything would leave lanes and database with nothing to do until its callers
    /// come back. What all want at once is not shared.
    private var share: Int { max(settings.joinCount, (queue.count + 1) / 2) }

    private static func weight(of batch: [QueuedCommand]) -> Int {
        batch.reduce(0) { $0 + $1.weight }
    }

    // MARK: Waiting

    private func enqueue(_ ticket: PendingCommand) {
        let now = ContinuousClock.now
        let isReady = queue.append(
            keys: ticket.records.map(\.key),
            weight: max(ticket.records.count, ticket.command.weight),
            payload: ticket,
            deadline: ticket.submittedAt + settings.waitLimit,
            now: now
        )
        if isReady, isWorthALane(now) {
            wakeOne()
        } else if !idle.isEmpty {
            if isReady { scheduleJoin() } else { scheduleWake(now) }
        }
        watch()
    }

    /// Only here is `system_busy` said of a command that was taken, and nothing of it has been done by then.
    private func refuseOverdue(_ now: ContinuousClock.Instant) {
        for item in queue.removeOverdue(now: now) {
            metrics.busyWait.increment()
            item.payload.answer(.failure(.systemBusy))
        }
    }

    /// While anything waits, looks a few times a second whether a deadline has passed, whatever the lanes are at.
    private func watch() {
        guard !isWatched, queue.count > 0 else { return }
        isWatched = true
        reactor.schedule(after: Self.watchInterval) { [weak self] in
            self?.assumeIsolated { $0.look() }
        }
    }

    private func look() {
        isWatched = false
        refuseOverdue(.now)
        // What an overdue order had reserved is free again.
        if queue.mayBeReady { wakeAll() }
        watch()
    }

    /// How late a deadline may be noticed: small against `LOCK_WAIT_MS`, large against the cost of looking.
    private static let watchInterval = Duration.milliseconds(50)

    /// Wakes an idle lane when what waits for one that is at work has waited long enough, those at the door included.
    private func scheduleJoin() {
        guard !isJoinScheduled else { return }
        isJoinScheduled = true
        reactor.schedule(after: settings.joinDelay) { [weak self] in
            self?.assumeIsolated { engine in
                engine.isJoinScheduled = false
                engine.welcome()
                if !engine.underWay.isEmpty { engine.scheduleJoin() }
                // If what waits now has not waited long enough, the lane says so and this begins anew.
                if engine.queue.count > 0 { engine.wakeOne() }
            }
        }
    }

    /// Wakes the idle lanes when the first rest is over.
    private func scheduleWake(_ now: ContinuousClock.Instant) {
        guard let at = queue.endOfFirstRest else { return }
        if let wakeAt, wakeAt <= at, wakeAt > now { return }
        wakeAt = at
        reactor.schedule(after: max(.microseconds(50), at - now)) { [weak self] in
            self?.assumeIsolated { $0.wakeAll() }
        }
    }
}

/// A batch as it was decided and committed, for tests that replay it against the model.
package struct DecidedBatch: Sendable {
    /// Ascends in an order in which the batches could have run one after the other.
    package let sequence: UInt64
    package let now: Instant
    package let decisions: [(command: Command, actor: String, result: Result<Outcome, StockRefusal>)]
}
