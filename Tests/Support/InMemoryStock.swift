public import Domain
public import UseCases

/// A command store in memory: the stock machine over dictionaries. Tests compare PostgreSQL with it.
public actor InMemoryStock: CommandStore {
    private var records: [RecordKey: InventoryRecord] = [:]
    private var reservations: [ReservationID: Reservation] = [:]
    private var ledger: [RecordKey: [LedgerEntry]] = [:]
    private var alerts: [RecordKey: Int] = [:]
    private var archivedProducts: Set<ProductID> = []
    private var archivedWarehouses: Set<WarehouseID> = []
    private var seed: UInt64 = 1
    private let clock: @Sendable () -> Instant

    /// - Parameter clock: gives the instant of each command that is submitted without one.
    public init(clock: @escaping @Sendable () -> Instant = { Instant(milliseconds: 1_800_000_000_000) }) {
        self.clock = clock
    }

    public func submit(_ command: Command, actor: String, once: Once<Outcome>?) async throws(ServiceFailure) -> Outcome
    {
        do throws(StockRefusal) {
            return try apply(command, actor: actor, at: clock()).get()
        } catch {
            throw .refused(error)
        }
    }

    /// Carries out one command at an instant.
    public func apply(_ command: Command, actor: String, at now: Instant) -> Result<Outcome, StockRefusal> {
        seed += 1
        var facts = StockFacts(
            records: records, archivedProducts: archivedProducts, archivedWarehouses: archivedWarehouses)
        if let order = command.resolvedOrder { facts.orders[order] = reservations(of: order) }
        var machine = StockMachine(facts: facts, now: now, identifiers: IdentifierSource(seed: seed))
        while true {
            switch machine.decide(command, actor: actor) {
            case .done(let result):
                store(machine)
                return result
            case .needsOverdue(let keys):
                for key in keys {
                    let overdue = reservations.values.filter { $0.reference.key == key && $0.isOverdue(at: now) }
                        .sorted { ($0.expiresAt, $0.id) < ($1.expiresAt, $1.id) }
                    machine.add(OverdueReservations(reservations: overdue, isComplete: true), of: key)
                }
            case .needsRecords:
                preconditionFailure("every record is loaded here")
            }
        }
    }

    private func store(_ machine: StockMachine) {
        let changes = machine.changes
        for key in changes.createdRecords.union(changes.loadedVersions.keys) { records[key] = machine.record(key) }
        for id in changes.createdReservations + Array(changes.changedReservations) {
            reservations[id] = machine.reservation(id)
        }
        let keys = Dictionary(records.values.map { ($0.id, $0.key) }, uniquingKeysWith: { first, _ in first })
        for entry in changes.ledger {
            if let key = keys[entry.inventoryID] { ledger[key, default: []].append(entry) }
        }
        for id in changes.recoveredRecords { if let key = keys[id] { alerts[key, default: 0] -= 1 } }
        for id in changes.openAlerts.keys { if let key = keys[id] { alerts[key, default: 0] += 1 } }
    }

    // MARK: State for assertions

    public func record(_ key: RecordKey) -> InventoryRecord? { records[key] }

    public func allRecords() -> [InventoryRecord] { Array(records.values) }

    /// Oldest first.
    public func ledger(of key: RecordKey) -> [LedgerEntry] { ledger[key] ?? [] }

    public func unresolvedAlerts(of key: RecordKey) -> Int { alerts[key] ?? 0 }

    public func reservations(of order: OrderID) -> [Reservation] {
        reservations.values.filter { $0.orderID == order }.sorted { $0.id < $1.id }
    }

    // MARK: Test setup

    public func setArchived(_ product: ProductID, _ isArchived: Bool) {
        if isArchived { archivedProducts.insert(product) } else { archivedProducts.remove(product) }
    }

    public func setArchived(_ warehouse: WarehouseID, _ isArchived: Bool) {
        if isArchived { archivedWarehouses.insert(warehouse) } else { archivedWarehouses.remove(warehouse) }
    }

    /// Makes the pending reservations of an order overdue.
    public func makeOverdue(_ order: OrderID) {
        for reservation in reservations(of: order) where reservation.isPending {
            reservations[reservation.id]?.expiresAt = Instant(milliseconds: 1)
        }
    }

    /// Gives reservations the ids that another store gave them, so that both break ties in the same way.
    public func rename(_ ids: [ReservationID], to others: [ReservationID]) {
        for (id, other) in zip(ids, others) {
            guard let old = reservations.removeValue(forKey: id) else { continue }
            reservations[other] = Reservation(
                id: other, orderID: old.orderID, inventoryID: old.inventoryID, reference: old.reference,
                quantity: old.quantity, status: old.status, expiresAt: old.expiresAt, createdAt: old.createdAt)
        }
    }
}
