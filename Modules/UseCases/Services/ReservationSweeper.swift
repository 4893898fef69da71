public import Domain

/// Releases overdue reservations, through the same commands as every other write.
///
/// It keeps no state between passes and holds no locks while it searches, so any number of sweepers may run at once.
/// Each sends a page's commands in random order; if another sweeper was faster, a command finds nothing to release.
public struct ReservationSweeper: Sendable {
    private let overdue: any OverdueRecords
    private let commands: any CommandStore
    private let bounds: SweepBounds
    private let report: @Sendable (SweepFault) -> Void

    /// - Parameter report: called for each failure as it happens; for the log.
    public init(
        overdue: any OverdueRecords, commands: any CommandStore, bounds: SweepBounds = SweepBounds(),
        report: @escaping @Sendable (SweepFault) -> Void = { _ in }
    ) {
        self.overdue = overdue
        self.commands = commands
        self.bounds = bounds
        self.report = report
    }

    /// The actor in the ledger of the reservations that it releases.
    public static let actor = "sweeper"

    /// Releases all reservations that are overdue when the pass begins, oldest first.
    ///
    /// A failure is reported and counted, and the pass continues; the next pass retries. The pass ends early if the
    /// store is unavailable or the task is cancelled: it then finishes the commands in flight and starts no more.
    public func pass() async -> SweepResult {
        let clock = ContinuousClock()
        let began = clock.now
        var result = SweepResult()
        var position: OverduePosition?
        var instant: Instant?
        repeat {
            do throws(ServiceFailure) {
                let page = try await overdue.page(after: position, until: instant, limit: bounds.pageLimit)
                if position == nil, let oldest = page.oldest {
                    result.oldestAge = .milliseconds(page.instant.milliseconds - oldest.milliseconds)
                }
                await sweep(page, into: &result)
                (position, instant) = (page.next, page.instant)
            } catch {
                result.note(error)
                result.isComplete = false
                report(SweepFault(failure: error, records: []))
                break
            }
            if Task.isCancelled || result.unavailableInARow >= bounds.unavailableLimit { result.isComplete = false }
        } while position != nil && result.isComplete
        result.duration = clock.now - began
        return result
    }

    // MARK: A page

    /// Carries out a page's commands, at most `bounds.inFlight` at once.
    private func sweep(_ page: OverduePage, into result: inout SweepResult) async {
        // A record that failed once is left for the next pass, even if later pages name it again: a record that stays
        // locked must not cost its lock timeout on every page.
        let lines = page.lines.filter { !result.failed.contains($0.record.key) }
        var waiting = groups(of: lines).shuffled()
        await withTaskGroup(of: CommandResult.self) { group in
            var inFlight = 0
            while true {
                while inFlight < bounds.inFlight, !Task.isCancelled, let records = waiting.popLast() {
                    inFlight += 1
                    group.addTask { await expire(records) }
                }
                guard let swept = await group.next() else { break }
                inFlight -= 1
                result.released += swept.released
                if !swept.isComplete { result.isComplete = false }
                guard let failure = swept.failure else {
                    result.records += swept.records.count
                    result.unavailableInARow = 0
                    continue
                }
                if swept.records.count > 1, !failure.isUnavailable {
                    // Retry each record by itself, so that one failing record does not block the others of its command.
                    waiting += swept.records.map { [$0] }
                } else {
                    result.note(failure)
                    result.failed.formUnion(swept.records.map(\.key))
                    report(SweepFault(failure: failure, records: swept.records))
                    if result.unavailableInARow >= bounds.unavailableLimit { waiting = [] }
                }
            }
        }
        if !waiting.isEmpty { result.isComplete = false }
    }

    /// Groups records into commands of at most `bounds.commandWeight` reservations. A record with more gets a command
    /// of its own.
    private func groups(of lines: [OverduePage.Line]) -> [[RecordReference]] {
        var groups: [[RecordReference]] = []
        var weight = bounds.commandWeight
        for line in lines {
            if weight + line.count > bounds.commandWeight || groups.isEmpty {
                groups.append([])
                weight = 0
            }
            groups[groups.count - 1].append(line.record)
            weight += line.count
        }
        return groups
    }

    private struct CommandResult: Sendable {
        let records: [RecordReference]
        var released = 0
        var failure: ServiceFailure?
        /// False if it stopped without a failure although more could be released.
        var isComplete = true
    }

    /// Sends a command repeatedly until it has released everything.
    private func expire(_ records: [RecordReference]) async -> CommandResult {
        var swept = CommandResult(records: records)
        do throws(ServiceFailure) {
            for _ in 0..<bounds.turnLimit {
                let outcome = try await commands.submit(.expire(records), actor: Self.actor)
                guard case .expired(let count, let isComplete) = outcome, isComplete || count > 0 else {
                    throw .internalFault(cause: "expiring was answered by \(outcome)")
                }
                swept.released += count
                if isComplete { return swept }
                if Task.isCancelled { break }
            }
            swept.isComplete = false
        } catch {
            swept.failure = error
        }
        return swept
    }
}

/// How much a sweeper does at once.
public struct SweepBounds: Sendable {
    /// Reservations per page: enough for many commands, and little memory.
    public var pageLimit = 10_000
    /// Reservations per command. A command is one transaction of about 4 ms, and sales of its records wait for it.
    /// Twice as many reservations make the sweep a tenth faster but double its effect on the p99 of sales.
    public var commandWeight = 100
    /// Commands in flight: more than there are lanes, so that commands whose records another process holds do not delay
    /// the others.
    public var inFlight = 4
    /// How often a command is repeated because a record has more reservations than one transaction releases. The next
    /// pass releases the rest.
    public var turnLimit = 10_000
    /// Consecutive commands that fail because the store is unavailable before a pass gives up.
    public var unavailableLimit = 3

    public init() {}
}

/// A command or a search that failed.
public struct SweepFault: Hashable, Sendable {
    public let failure: ServiceFailure
    /// The command's records; empty if the search for overdue reservations failed.
    public let records: [RecordReference]

    /// The first record, as text for the log.
    public var subject: String? { records.first.map { "\($0.sku) in \($0.warehouseCode)" } }
}

/// What a pass did.
public struct SweepResult: Hashable, Sendable {
    /// Reservations released.
    public var released = 0
    /// Records whose command succeeded.
    public var records = 0
    /// Commands and searches that failed. A command that is retried record by record does not count.
    public var failures = 0
    /// Whether the pass tried everything that was overdue when it began.
    public var isComplete = true
    /// How long the oldest reservation had been overdue; nil if none was.
    public var oldestAge: Duration?
    public var duration = Duration.zero
    fileprivate var unavailableInARow = 0
    fileprivate var failed: Set<RecordKey> = []

    public init() {}

    fileprivate mutating func note(_ failure: ServiceFailure) {
        failures += 1
        unavailableInARow = failure.isUnavailable ? unavailableInARow + 1 : 0
    }
}

extension ServiceFailure {
    fileprivate var isUnavailable: Bool {
        if case .unavailable = self { true } else { false }
    }
}
