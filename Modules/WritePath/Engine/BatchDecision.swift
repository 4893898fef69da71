import Domain
import PostgresClient
import PostgresRows
import UseCases

/// The decide stage: has the stock machine decide each command of a batch.
struct BatchDecision {
    var machine: StockMachine
    let transaction: String
    let sequence: UInt64
    /// The commands and their results, in the order of the decisions.
    private(set) var decided: [(QueuedCommand, Result<Outcome, StockRefusal>)] = []
    /// Commands that return to the queue: they need further records, repeat a key of
    /// the batch, or are still short of units.
    private(set) var returned: [QueuedCommand] = []
    /// Commands over `EngineSettings.roundLimit`, because their order kept growing.
    private(set) var abandoned: [QueuedCommand] = []
    /// Commands whose key was answered before or belongs to another request.
    private(set) var answeredBefore: [(QueuedCommand, ServiceFailure)] = []
    private let items: [QueuedCommand]
    private let lane: Lane
    private var overdue: OverdueReader

    /// - Parameter kept: the kept answers under the commands' idempotency keys.
    init(
        machine: StockMachine, transaction: String, items: [QueuedCommand], kept: [KeptKey: KeptRow], lane: Lane
    ) {
        self.machine = machine
        self.transaction = transaction
        self.lane = lane
        var open: [QueuedCommand] = []
        var keys: Set<KeptKey> = []
        for item in items {
            guard let request = item.payload.once?.key else {
                open.append(item)
                continue
            }
            let key = KeptKey(request)
            if let row = kept[key] {
                answeredBefore.append((item, row.failure(for: request)))
            } else if keys.insert(key).inserted {
                open.append(item)
            } else {
                // The same key twice in one batch: the next batch finds the answer to the first.
                returned.append(item)
            }
        }
        hasRepeatedKeys = !answeredBefore.isEmpty || !returned.isEmpty
        self.items = open
        sequence = DecisionClock.next()
        overdue = OverdueReader(limit: lane.settings.overdueLimit)
    }

    /// Whether an idempotency key was answered before, or occurs twice in the batch.
    private(set) var hasRepeatedKeys = false

    /// Decided commands with an idempotency key.
    var keyedCount: Int { decided.count { $0.0.payload.once != nil } }

    /// The answers to keep for repeated requests.
    func answersToKeep() -> [(key: RequestKey, answer: KeptAnswer)] {
        decided.compactMap { item, result in
            guard let once = item.payload.once else { return nil }
            return once.answer(result.mapError(ServiceFailure.refused)).map { (once.key, $0) }
        }
    }

    /// Decides every command. Reads overdue reservations for those that are short of units, then decides them again.
    mutating func decideAll(on connection: PostgresConnection) async throws(BatchFailure) {
        var open = items
        var pages = 0
        while !open.isEmpty {
            var short: [QueuedCommand] = []
            var keys: Set<RecordKey> = []
            for item in open {
                switch machine.decide(item.payload.command, actor: item.payload.actor) {
                case .done(let result):
                    decided.append((item, result))
                case .needsOverdue(let records):
                    short.append(item)
                    keys.formUnion(records)
                case .needsRecords(let records):
                    requeue(item, adding: records)
                }
            }
            guard !keys.isEmpty else { break }
            guard pages < lane.settings.overduePages else {
                // This batch commits the releases so far; commands that are still short return to the queue.
                returned += short
                break
            }
            pages += 1
            try await loadOverdue(Array(keys), on: connection)
            open = short
        }
        machine.settleAlerts()
    }

    /// Requeues a command whose order has reservations on records that the batch does not hold.
    private mutating func requeue(_ item: QueuedCommand, adding records: [RecordReference]) {
        let known = Set(item.keys)
        let command = item.payload.adding(records.filter { !known.contains($0.key) })
        guard command.rounds <= lane.settings.roundLimit else {
            abandoned.append(item)
            return
        }
        returned.append(item.replacingPayload(command))
    }

    private mutating func loadOverdue(
        _ keys: [RecordKey], on connection: PostgresConnection
    ) async throws(BatchFailure) {
        let results = try await lane.send([overdue.query(keys, of: machine)], on: connection)
        do throws(PostgresError) {
            try overdue.take(results[0], into: &machine)
        } catch {
            throw .before(error)
        }
    }
}

extension QueuedCommand {
    /// The same place in the queue with another payload.
    fileprivate func replacingPayload(_ command: PendingCommand) -> QueuedCommand {
        QueuedCommand(
            id: id, keys: command.records.map(\.key), weight: weight, payload: command, deadline: deadline,
            notBefore: nil,
            passedOver: passedOver)
    }
}
