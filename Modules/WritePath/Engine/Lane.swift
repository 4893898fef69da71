import Domain
import Logging
import Metrics
import PostgresClient
import PostgresDirectory
import Reactor
import UseCases

/// Carries out one batch after the other: lock, load, decide, save, publish.
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
    /// Resumed when a publication has ended.
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
            for item in batch where !item.isBack {
                engine.metrics.queueWait.record(duration: started - item.payload.submittedAt)
            }
            let rest = await process(batch)
            await engine.finish(batch, returned: rest.commands, resting: rest.resting)
            engine.metrics.laneBusy.record(duration: ContinuousClock.now - started)
        }
        await waitForPublications(below: 1)
        await connection?.close()
    }

    /// What of a batch has not been answered and waits for another turn.
    struct Remainder {
        var commands: [QueuedCommand] = []
        var resting: [(RecordKey, Duration)] = []
    }

    /// How long a record rests that somebody else holds a lease on, in milliseconds: about the time of a batch.
    static let leaseRest = 3.0...8.0
    /// The same where nothing else could be done meanwhile: on a record that all want, the time between its return and the
    /// next try is nobody's. Who has waited for long waits for one that is not coming back soon.
    static func leaseRest(ofIdle waited: Duration) -> ClosedRange<Double> {
        let shortest = min(max(waited / .milliseconds(24), 0.35), 4)
        return shortest...shortest * 2
    }
    /// How long a record rests that this lane has had and somebody else waits for, in milliseconds: until that one has
    /// tried again.
    static let courtesyRest = 2.0...3.0
    /// How long a record rests whose row another session has locked, in milliseconds.
    static let rowRest = 15.0...30.0

    func pause(_ milliseconds: ClosedRange<Double>) -> Duration {
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
            return await work(batch) { _ in }
        case .answered(let granted, let token, let contended):
            var mine: [QueuedCommand] = []
            var keys: Set<LeaseKey> = []
            var remainder = Remainder()
            let idleRest = granted.contains(true) ? nil : pause(Self.leaseRest(ofIdle: waited(by: batch)))
            for (item, (group, isGranted)) in zip(batch, zip(groups, granted)) {
                if isGranted {
                    mine.append(item)
                    keys.formUnion(group)
                } else {
                    putBack(item, for: idleRest ?? pause(Self.leaseRest), into: &remainder)
                }
            }
            guard !mine.isEmpty else { return remainder }
            let held = Array(keys)
            let leases = leases
            let worked = await work(mine) { _ in await leases.release(held, token: token) }
            remainder.commands += worked.commands
            remainder.resting += worked.resting
            if !contended.isEmpty {
                // Somebody waits for these: their turn is next.
                for item in mine {
                    for key in item.keys where contended.contains(leaseKey(key)) {
                        remainder.resting.append((key, pause(Self.courtesyRest)))
                    }
                }
            }
            return remainder
        }
    }

    /// A command whose leases somebody else holds. One record rests as such; of several it is not known which is held.
    private func putBack(_ item: QueuedCommand, for rest: Duration, into remainder: inout Remainder) {
        var item = item
        if item.keys.count == 1 {
            remainder.resting.append((item.keys[0], rest))
        } else {
            item.notBefore = ContinuousClock.now + rest
        }
        remainder.commands.append(item)
    }

    /// How long the first of a batch has been here.
    private func waited(by batch: [QueuedCommand]) -> Duration {
        batch.first.map { ContinuousClock.now - $0.payload.submittedAt } ?? .zero
    }

    // MARK: 2 to 5, over and over where need be

    /// - Parameter giveBack: gives the leases back; called once, before the answers.
    private func work(
        _ batch: [QueuedCommand], giveBack: (Lane) async -> Void
    ) async -> Remainder {
        var remainder = Remainder()
        var pending = batch
        var attempt = 0
        while true {
            let result = await runOnce(pending)
            remainder.commands += result.returned
            remainder.resting += result.resting
            switch result.end {
            case .committed(let decided, let published):
                await giveBack(self)
                await publish(published, thenAnswer: decided)
                return remainder
            case .failed(let failure, let items):
                await giveBack(self)
                for item in items { item.payload.answer(.failure(failure)) }
                return remainder
            case .again(let failure, let items):
                attempt += 1
                engine.metrics.retries.increment()
                logger.notice(
                    "batch runs again",
                    metadata: ["lane": "\(name)", "attempt": "\(attempt)", "cause": "\(failure.cause)"])
                if attempt > settings.retryLimit {
                    await giveBack(self)
                    for item in items { item.payload.answer(.failure(failure)) }
                    return remainder
                }
                pending = items
                await engine.reactor.sleep(for: pause(1.0...(10.0 * Double(attempt))))
            case .poisoned(let items):
                for item in items {
                    let alone = await runAlone(item)
                    remainder.commands += alone.commands
                    remainder.resting += alone.resting
                }
                await giveBack(self)
                return remainder
            }
        }
    }

    /// A command of a batch that the database refused a value of: each runs by itself, and only the culprit fails.
    private func runAlone(_ item: QueuedCommand) async -> Remainder {
        var attempt = 0
        while true {
            let result = await runOnce([item])
            let remainder = Remainder(commands: result.returned, resting: result.resting)
            switch result.end {
            case .committed(let decided, let published):
                await publish(published, thenAnswer: decided)
                return remainder
            case .failed(let failure, let items):
                for item in items { item.payload.answer(.failure(failure)) }
                return remainder
            case .poisoned(let items):
                for item in items {
                    item.payload.answer(.failure(.internalFault(cause: "the database refused a value of it")))
                }
                return remainder
            case .again(let failure, let items):
                attempt += 1
                guard attempt <= settings.retryLimit else {
                    for item in items { item.payload.answer(.failure(failure)) }
                    return remainder
                }
                await engine.reactor.sleep(for: pause(1.0...(10.0 * Double(attempt))))
            }
        }
    }

    func observe(_ batch: DecidedBatch) { observer?(batch) }

    // MARK: The connection

    /// The lane's own connection, made anew when it was lost.
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
    /// What the log says of it.
    var cause: String {
        switch self {
        case .unavailable(let cause), .internalFault(let cause): cause
        default: "\(self)"
        }
    }
}
