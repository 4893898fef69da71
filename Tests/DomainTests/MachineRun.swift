import Domain
import TestSupport

/// Runs random batches, each on a new machine, as a lane would, and compares every result with the reference.
struct MachineRun {
    let records: [RecordReference]
    var source: RandomStockCommands
    var saved = SavedStock()
    var model = ReferenceStock()
    private(set) var faults: [String] = []
    private(set) var counts: [String: Int] = [:]
    private var carried: [Command] = []
    private var compared: [RecordKey: Int] = [:]

    init(records: [RecordReference], seed: UInt64) {
        self.records = records
        source = RandomStockCommands(records: records, random: SeededRandom(seed: seed))
        model.now = MachineFixture.now
    }

    private mutating func random(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &source.random) }

    /// Runs one batch: loads facts, decides commands, saves the changes, and compares everything.
    mutating func runBatch() {
        model.now = Instant(milliseconds: model.now.milliseconds + source.random.pick([1, 2, 300, 1_000, 2_500]))
        model.archivedProducts = random(0...9) == 0 ? [source.random.pick(records).key.product] : []
        model.archivedWarehouses = random(0...9) == 0 ? [source.random.pick(records).key.warehouse] : []
        var commands: [(command: Command, isCarried: Bool)] = carried.map { ($0, true) }
        carried = []
        let model = model
        for _ in 0..<random(1...12) {
            commands.append((source.next { model.rows[$0]?.version ?? 0 }, false))
        }
        var driver = MachineDriver(machine: machine(for: commands), limit: source.random.pick([1, 2, 3, 500]))
        // A lane may load overdue units at once, or after it has decided all other commands.
        let asksAtOnce = Bool.random(using: &source.random)
        var open = commands.indices.map { $0 }
        while !open.isEmpty {
            var short: [Int] = []
            for index in open {
                while driver.decide(commands[index].command, actor: "caller \(index % 3)", run: &self) == .short {
                    if asksAtOnce { driver.giveOverdue(from: saved) } else { short.append(index) }
                    if !asksAtOnce { break }
                }
            }
            driver.giveOverdue(from: saved)
            open = short
        }
        faults += saved.save(driver.machine)
        compare(driver.machine)
    }

    private mutating func machine(for commands: [(command: Command, isCarried: Bool)]) -> StockMachine {
        var facts = StockFacts(
            archivedProducts: model.archivedProducts, archivedWarehouses: model.archivedWarehouses)
        for (command, isCarried) in commands {
            for reference in command.records { facts.records[reference.key] = saved.records[reference.key] }
            guard let order = command.resolvedOrder else { continue }
            let reservations = saved.reservations(of: order)
            facts.orders[order] = reservations
            // Sometimes the order has gained records since the lane looked them up.
            guard isCarried || random(0...9) < 5 else { continue }
            for key in reservations.map(\.reference.key) { facts.records[key] = saved.records[key] }
        }
        return StockMachine(
            facts: facts, now: model.now, identifiers: IdentifierSource(seed: source.random.next()))
    }

    mutating func note(_ what: String) { counts[what, default: 0] += 1 }

    mutating func report(_ found: [String], of command: Command) {
        faults += found.map { "\($0): \(command)" }
    }

    mutating func carry(_ command: Command) { carried.append(command) }

    // MARK: Comparison

    private mutating func compare(_ machine: StockMachine) {
        for reference in records {
            let key = reference.key
            let ours = saved.records[key].map { describe($0) } ?? "none"
            if ours != model.figures(key) { faults.append("\(reference): \(ours), expected \(model.figures(key))") }
            let from = compared[key] ?? 0
            let rows = (saved.ledger[key] ?? []).dropFirst(from).map { describe($0) }
            let expected = (model.ledger[key] ?? []).dropFirst(from)
            if rows != Array(expected) { faults.append("ledger \(rows), expected \(Array(expected))") }
            compared[key] = from + rows.count
            let alerts = (saved.alerts[key] ?? []).map {
                ReferenceStock.Alert(
                    available: $0.alert.quantityAvailable, point: $0.alert.reorderPoint,
                    suggested: $0.alert.suggestedQuantity, raisedAt: $0.alert.createdAt, resolvedAt: $0.resolvedAt)
            }
            if alerts.suffix(9) != (model.alerts[key] ?? []).suffix(9) || alerts.count != model.alerts[key]?.count ?? 0
            {
                faults.append("alerts \(alerts.suffix(3)), expected \((model.alerts[key] ?? []).suffix(3))")
            }
        }
        let pending = saved.reservations.values.filter(\.isPending).sorted { $0.id < $1.id }
        if pending.map({ "\($0.id) \($0.expiresAt)" })
            != model.pending.sorted(by: { $0.id < $1.id }).map({ "\($0.id) \($0.expiresAt)" })
        {
            faults.append("the pending reservations differ")
        }
        for id in machine.changes.createdReservations + Array(machine.changes.changedReservations) {
            guard let reservation = saved.reservations[id], !reservation.isPending else { continue }
            let held = model.resolved[reservation.orderID]?.first { $0.id == id }
            let state: ReferenceStock.State =
                switch reservation.status {
                case .pending: .pending
                case .confirmed: .confirmed
                case .released(_, .cancelled): .cancelled
                case .released(_, .expired): .expired
                }
            if held?.state != state || held?.resolvedAt != reservation.resolvedAt {
                faults.append("\(id) is \(state), expected \(String(describing: held))")
            }
        }
    }
}
