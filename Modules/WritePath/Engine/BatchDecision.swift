import Domain
import PostgresClient
import PostgresRows
import UseCases

/// The decide stage: one batch before the stock machine.
struct BatchDecision {
    var machine: StockMachine
    let transaction: String
    let sequence: UInt64
    /// The commands and what was decided of each, in the order in which it was decided.
    private(set) var decided: [(QueuedCommand, Result<Outcome, StockRefusal>)] = []
    /// Commands that turned out to need further records.
    private(set) var returned: [QueuedCommand] = []
    /// Commands whose order kept growing faster than they could hold it.
    private(set) var givenUp: [QueuedCommand] = []
    /// Commands that were answered before, or whose key is another request's.
    private(set) var known: [(QueuedCommand, ServiceFailure)] = []
    private let items: [QueuedCommand]
    private let lane: Lane
    private var overdue: OverdueReader

    /// - Parameter kept: what was answered before under the commands' idempotency keys.
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
                known.append((item, row.failure(for: request)))
            } else if keys.insert(key).inserted {
                open.append(item)
            } else {
                // The same request twice in one batch: the next turn finds what came of the first.
                returned.append(item)
            }
        }
        hasOldKeys = !known.isEmpty || !returned.isEmpty
        self.items = open
        sequence = DecisionClock.next()
        overdue = OverdueReader(limit: lane.settings.overdueLimit)
    }

    /// Whether a request was answered before, or is here twice.
    private(set) var hasOldKeys = false

    /// Requests with an idempotency key that were decided.
    var keyedCount: Int { decided.count { $0.0.payload.once != nil } }

    /// The answers to keep for those who ask again.
    func answersToKeep() -> [(key: RequestKey, answer: KeptAnswer)] {
        decided.compactMap { item, result in
            guard let once = item.payload.once else { return nil }
            return once.answer(result.mapError(ServiceFailure.refused)).map { (once.key, $0) }
        }
    }

    /// Decides every command; those that are short of units are asked again after what is overdue has been read.
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
                    giveAnotherTurn(to: item, with: records)
                }
            }
            guard !keys.isEmpty else { break }
            guard pages < lane.settings.overduePages else {
                // What has been released is committed now; those that are still short take another turn.
                returned += short
                break
            }
            pages += 1
            try await loadOverdue(Array(keys), on: connection)
            open = short
        }
        machine.settleAlerts()
    }

    /// The order has reservations on records that are not held: the next turn holds those too.
    private mutating func giveAnotherTurn(to item: QueuedCommand, with records: [RecordReference]) {
        let known = Set(item.keys)
        let ticket = item.payload.adding(records.filter { !known.contains($0.key) })
        guard ticket.rounds <= lane.settings.roundLimit else {
            givenUp.append(item)
            return
        }
        returned.append(item.changed(ticket))
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
    fileprivate func changed(_ ticket: PendingCommand) -> QueuedCommand {
        QueuedCommand(
            id: id, keys: ticket.records.map(\.key), weight: weight, payload: ticket, deadline: deadline,
            notBefore: nil,
            passedOver: passedOver)
    }
}
