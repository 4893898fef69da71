public import Domain

/// Releases overdue reservations, through the same commands as every other write.
///
/// It keeps nothing between passes and holds nothing while it looks, so any number of sweepers may run at once: each
/// goes through a page's commands in an order of its own, and one that comes second finds nothing left to release.
public struct ReservationSweeper: Sendable {
    private let overdue: any OverdueRecords
    private let commands: any CommandStore
    private let bounds: SweepBounds
    private let report: @Sendable (SweepFault) -> Void

    /// - Parameter report: told of each fault as it happens; for the log.
    public init(
        overdue: any OverdueRecords, commands: any CommandStore, bounds: SweepBounds = SweepBounds(),
        report: @escaping @Sendable (SweepFault) -> Void = { _ in }
    ) {
        self.overdue = overdue
        self.commands = commands
        self.bounds = bounds
        self.report = report
    }

    /// The ledger's actor of what it releases.
    public static let actor = "sweeper"

    /// Goes once through everything that is overdue when it begins, the oldest first.
    ///
    /// A fault is reported and counted, and the rest goes on; what it left is the next pass's. It ends early when the
    /// store is away, or when the task is cancelled: then what is in flight is finished and nothing more begun.
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

    /// Carries out a page's commands, so many at once.
    private func sweep(_ page: OverduePage, into result: inout SweepResult) async {
        // What has failed once is the next pass's, also when later pages have more of it: one record that is locked for
        // long must not take its wait again and again.
        let lines = page.lines.filter { !result.failed.contains($0.record.key) }
        var waiting = groups(of: lines).shuffled()
        await withTaskGroup(of: Swept.self) { group in
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
                    // One record's trouble is its own: the others of the command are free at once.
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

    /// The records of each command. A record with more than a command's worth has one of its own.
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

    private struct Swept: Sendable {
        let records: [RecordReference]
        var released = 0
        var failure: ServiceFailure?
        /// False when it stopped although there was more to release and no fault.
        var isComplete = true
    }

    /// One command, again and again while it leaves something behind.
    private func expire(_ records: [RecordReference]) async -> Swept {
        var swept = Swept(records: records)
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
    /// Reservations that one look finds: enough for many commands, and little to hold in memory.
    public var pageLimit = 10_000
    /// Reservations of one command. A command is one transaction of some 4 ms, and a sale of one of its records waits for
    /// it. Twice as many sweep a tenth faster and add as much to the sales' p99 as the whole sweep does otherwise.
    public var commandWeight = 100
    /// Commands at once: more than lanes, so that those whose records somebody else holds do not keep the rest.
    public var inFlight = 4
    /// How often a command is asked again because a record had more than one transaction releases. What a record has
    /// beyond that is the next pass's.
    public var turnLimit = 10_000
    /// Commands in a row that the store was away for until a pass gives up.
    public var unavailableLimit = 3

    public init() {}
}

/// What could not be done.
public struct SweepFault: Hashable, Sendable {
    public let failure: ServiceFailure
    /// The command's records; none when looking for overdue reservations failed.
    public let records: [RecordReference]

    /// The first record, in words for the log.
    public var subject: String? { records.first.map { "\($0.sku) in \($0.warehouseCode)" } }
}

/// What a pass did.
public struct SweepResult: Hashable, Sendable {
    /// Reservations released.
    public var released = 0
    /// Records that were seen to.
    public var records = 0
    /// Commands and looks that failed for good.
    public var failures = 0
    /// Whether everything that was overdue at the beginning has been tried.
    public var isComplete = true
    /// How long the oldest reservation that it found had been overdue; nil when nothing was.
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
