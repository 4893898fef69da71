import Domain
import Logging
import Metrics
import PostgresClient
import PostgresDirectory
import Reactor
import UseCases

/// Runs one batch after the other: lock, load, decide, save, publish.
actor Lane {
    nonisolated var unownedExecutor: UnownedSerialExecutor { engine.reactor.asUnownedSerialExecutor() }

    let name: String
    let engine: CommandEngine
    let settings: EngineSettings
    let logger: Logger
    private let configuration: PostgresConfiguration
    private let leases: any LeaseStore
    let cache: any StockCache
    private let observer: (@Sendable (DecidedBatch) -> Void)?
    private var connection: PostgresConnection?
    var publications = 0
    /// Resumed when a publication ends.
    var publicationEnd: CheckedContinuation<Void, Never>?
    var random = SystemRandomNumberGenerator()
    var keyLookups: KeyLookups

    init(
        name: String, engine: CommandEngine, configuration: PostgresConfiguration, leases: any LeaseStore,
        cache: any StockCache, observer: (@Sendable (DecidedBatch) -> Void)?
    ) {
        self.name = name
        self.engine = engine
        settings = engine.settings
        keyLookups = KeyLookups(settings)
        logger = engine.logger
        self.configuration = configuration
        self.leases = leases
        self.cache = cache
        self.observer = observer
    }

    func run() async {
        while let batch = await engine.nextBatch() {
            let started = ContinuousClock.now
            for item in batch where !item.isReturned {
                engine.metrics.queueWait.record(duration: started - item.payload.submittedAt)
            }
            let remainder = await process(batch)
            await engine.finish(batch, returned: remainder.commands, pauses: remainder.pauses)
            engine.metrics.laneBusy.record(duration: ContinuousClock.now - started)
        }
        await waitForPublications(below: 1)
        await connection?.close()
    }

    /// The commands of a batch that are not answered yet and return to the queue, and the records to pause there.
    struct Remainder {
        var commands: [QueuedCommand] = []
        var pauses: [(RecordKey, Duration)] = []
    }

    /// How long the queue pauses a record whose lease another process holds, in milliseconds: about the time of a batch.
    static let leasePause = 3.0...8.0
    /// The same for a batch that got no lease at all. On a hot record every gap between release and retry is wasted, so
    /// the lane retries early; after a long wait the holder is probably stuck, so it backs off.
    static func leasePause(idleAfter waited: Duration) -> ClosedRange<Double> {
        let shortest = min(max(waited / .milliseconds(24), 0.35), 4)
        return shortest...shortest * 2
    }
    /// How long the queue pauses a record that another process waits for after this lane released it, in milliseconds: long
    /// enough for the other to try again.
    static let yieldPause = 2.0...3.0
    /// How long the queue pauses a record whose row another session has locked, in milliseconds.
    static let rowPause = 15.0...30.0

    func randomPause(_ milliseconds: ClosedRange<Double>) -> Duration {
        .microseconds(Int64(Double.random(in: milliseconds, using: &random) * 1_000))
    }

    // MARK: 1, lock

    private func process(_ batch: [QueuedCommand]) async -> Remainder {
        let known = engine.directory.knownIDs(batch.flatMap(\.keys))
        func leaseKey(_ key: RecordKey) -> LeaseKey { known[key].map(LeaseKey.record) ?? .notYetCreated(key) }
        let groups = batch.map { $0.keys.map(leaseKey) }
        switch await leases.acquire(groups) {
        case .unavailable:
            if settings.onLeaseFailure == .refuse {
                engine.metrics.busyLeases.increment(by: batch.count)
                for item in batch { item.payload.answer(.failure(.systemBusy)) }
                return Remainder()
            }
            return await runToEnd(batch) { _ in }
        case .answered(let granted, let token, let contended):
            var leased: [QueuedCommand] = []
            var keys: Set<LeaseKey> = []
            var remainder = Remainder()
            let idlePause = granted.contains(true) ? nil : randomPause(Self.leasePause(idleAfter: waited(by: batch)))
            for (item, (group, isGranted)) in zip(batch, zip(groups, granted)) {
                if isGranted {
                    leased.append(item)
                    keys.formUnion(group)
                } else {
                    putBack(item, pausedFor: idlePause ?? randomPause(Self.leasePause), into: &remainder)
                }
            }
            guard !leased.isEmpty else { return remainder }
            let held = Array(keys)
            let leases = leases
            let rest = await runToEnd(leased) { _ in await leases.release(held, token: token) }
            remainder.commands += rest.commands
            remainder.pauses += rest.pauses
            if !contended.isEmpty {
                // Another process waits for these records: let it go first.
                for item in leased {
                    for key in item.keys where contended.contains(leaseKey(key)) {
                        remainder.pauses.append((key, randomPause(Self.yieldPause)))
                    }
                }
            }
            return remainder
        }
    }

    /// Returns a command whose leases another process holds. A single record is paused itself; of several it is not known
    /// which one is held, so the command is delayed instead.
    private func putBack(_ item: QueuedCommand, pausedFor pause: Duration, into remainder: inout Remainder) {
        var item = item
        if item.keys.count == 1 {
            remainder.pauses.append((item.keys[0], pause))
        } else {
            item.notBefore = ContinuousClock.now + pause
        }
        remainder.commands.append(item)
    }

    /// How long the first command of a batch has waited.
    private func waited(by batch: [QueuedCommand]) -> Duration {
        batch.first.map { ContinuousClock.now - $0.payload.submittedAt } ?? .zero
    }

    // MARK: 2 to 5, with retries

    /// - Parameter releaseLeases: called once, before the answers.
    private func runToEnd(
        _ batch: [QueuedCommand], releaseLeases: (Lane) async -> Void
    ) async -> Remainder {
        var remainder = Remainder()
        var pending = batch
        var attempt = 0
        while true {
            let result = await runOnce(pending)
            remainder.commands += result.returned
            remainder.pauses += result.pauses
            switch result.end {
            case .committed(let decided, let published):
                await releaseLeases(self)
                await publish(published, thenAnswer: decided)
                return remainder
            case .failed(let failure, let items):
                await releaseLeases(self)
                for item in items { item.payload.answer(.failure(failure)) }
                return remainder
            case .retry(let failure, let items):
                attempt += 1
                engine.metrics.retries.increment()
                logger.notice(
                    "batch is retried",
                    metadata: ["lane": "\(name)", "attempt": "\(attempt)", "cause": "\(failure.cause)"])
                if attempt > settings.retryLimit {
                    await releaseLeases(self)
                    for item in items { item.payload.answer(.failure(failure)) }
                    return remainder
                }
                pending = items
                await engine.reactor.sleep(for: randomPause(1.0...(10.0 * Double(attempt))))
            case .valueRejected(let items):
                for item in items {
                    let alone = await runAlone(item)
                    remainder.commands += alone.commands
                    remainder.pauses += alone.pauses
                }
                await releaseLeases(self)
                return remainder
            }
        }
    }

    /// Runs one command of a batch that had a value the database rejected, so that only the faulty command fails.
    private func runAlone(_ item: QueuedCommand) async -> Remainder {
        var attempt = 0
        while true {
            let result = await runOnce([item])
            let remainder = Remainder(commands: result.returned, pauses: result.pauses)
            switch result.end {
            case .committed(let decided, let published):
                await publish(published, thenAnswer: decided)
                return remainder
            case .failed(let failure, let items):
                for item in items { item.payload.answer(.failure(failure)) }
                return remainder
            case .valueRejected(let items):
                for item in items {
                    item.payload.answer(.failure(.internalFault(cause: "the database rejected a value of the command")))
                }
                return remainder
            case .retry(let failure, let items):
                attempt += 1
                guard attempt <= settings.retryLimit else {
                    for item in items { item.payload.answer(.failure(failure)) }
                    return remainder
                }
                await engine.reactor.sleep(for: randomPause(1.0...(10.0 * Double(attempt))))
            }
        }
    }

    func observe(_ batch: DecidedBatch) { observer?(batch) }

    // MARK: The connection

    /// The lane's own connection; reconnects when it was lost.
    func connected() async throws(PostgresError) -> PostgresConnection {
        if let connection, await connection.isOpen { return connection }
        let made = try await PostgresConnection.connect(
            configuration: configuration, reactor: engine.reactor)
        connection = made
        return made
    }

    func drop() async {
        await connection?.close()
        connection = nil
    }
}

extension ServiceFailure {
    /// The cause for the log.
    var cause: String {
        switch self {
        case .unavailable(let cause), .internalFault(let cause): cause
        default: "\(self)"
        }
    }
}
