import Domain

/// Drives the machine of one batch: has it decide commands, feeds it overdue reservations in slices, and checks each
/// step against the reference.
struct MachineDriver {
    enum Answer {
        case decided, short, returned
    }

    var machine: StockMachine
    /// The number of overdue reservations in one slice of a record.
    let limit: Int
    private var wanted: Set<RecordKey> = []
    private var ends: [RecordKey: (Instant, ReservationID)] = [:]
    private var hasReleased = false

    init(machine: StockMachine, limit: Int) {
        self.machine = machine
        self.limit = limit
    }

    mutating func decide(_ command: Command, actor: String, run: inout MachineRun) -> Answer {
        let before = machine.changes.ledger.count
        let decision = machine.decide(command, actor: actor)
        let machine = machine
        let records = run.records
        let keys = { (id: InventoryID) in records.first { machine.record($0.key)?.id == id }?.key }
        run.model.actor = actor
        let rows = machine.changes.ledger.dropFirst(before)
        let released = rows.prefix { $0.kind == .expire && $0.actor == StockMachine.expiryActor }
        if !released.isEmpty { hasReleased = true }
        run.report(StepCheck.releaseForShortage(Array(released), of: command, in: &run.model, keys: keys), of: command)
        let own = Array(rows.dropFirst(released.count))
        switch decision {
        case .done(let result):
            run.note(describe(result).split(separator: " ").first.map(String.init) ?? "")
            let check = StepCheck(command: command, actor: actor, result: result)
            run.report(
                check.compare(
                    with: &run.model, rows: own, mayConflict: hasReleased && command.namesVersion, keys: keys),
                of: command)
            return .decided
        case .needsOverdue(let asked):
            if !own.isEmpty { run.report(["rows of an undecided command"], of: command) }
            if asked.isEmpty || !asked.allSatisfy({ machine.record($0) != nil }) {
                run.report(["overdue units are requested of a missing record"], of: command)
            }
            run.note("(slice)")
            wanted.formUnion(asked)
            return .short
        case .needsRecords(let references):
            if !rows.isEmpty { run.report(["rows of an undecided command"], of: command) }
            let missing = run.model.pending.filter {
                $0.order == command.resolvedOrder && machine.record($0.record.key) == nil
            }
            if Set(missing.map(\.record)) != Set(references) {
                run.report(["it asked for the wrong records"], of: command)
            }
            run.note("(records)")
            run.carry(command)
            return .returned
        }
    }

    /// Feeds the next slice of each record that the machine asked for.
    mutating func giveOverdue(from saved: SavedStock) {
        for key in wanted {
            let all = saved.reservations.values.filter { $0.reference.key == key && $0.isOverdue(at: machine.now) }
                .sorted { ($0.expiresAt, $0.id) < ($1.expiresAt, $1.id) }
            let rest = ends[key].map { end in all.filter { ($0.expiresAt, $0.id) > end } } ?? all
            let slice = Array(rest.prefix(limit))
            if let last = slice.last { ends[key] = (last.expiresAt, last.id) }
            machine.add(OverdueReservations(reservations: slice, isComplete: slice.count < limit), of: key)
        }
        wanted = []
    }
}

extension Command {
    /// Whether the command has an expected version.
    fileprivate var namesVersion: Bool {
        switch self {
        case .move(let movement): movement.namesVersion
        case .batch(let movements): movements.contains(where: \.namesVersion)
        default: false
        }
    }
}

extension Movement {
    fileprivate var namesVersion: Bool {
        switch self {
        case .change(_, let change): change.expectedVersion != nil
        case .adjust(let adjustment): adjustment.expectedVersion != nil
        case .transfer: false
        }
    }
}
