/// The rules of stock: decides commands one after the other, in memory, at one instant.
///
/// Pure: no I/O, no clock, no waiting. The write path over PostgreSQL and the in-memory store of the tests use the same
/// machine. It is total: within the ranges that the commands promise, it never traps. If the store was damaged, the
/// store's own checks refuse the result when it is saved.
///
/// A refused command changes nothing, with one exception: overdue reservations that were released to find units stay
/// released.
public struct StockMachine: Sendable {
    /// The instant of every decision, and of every row that it writes.
    public let now: Instant
    var state: State
    var identifiers: IdentifierSource

    /// Everything that a refused batch must restore.
    struct State: Sendable {
        var records: StockRecords
        /// The loaded reservations; `changes` holds the new ones.
        var reservations: [ReservationID: Reservation] = [:]
        /// Ids of the loaded reservations by order.
        var orders: [OrderID: [ReservationID]] = [:]
        var archivedProducts: Set<ProductID>
        var archivedWarehouses: Set<WarehouseID>
        /// Overdue reservations that have been loaded and not yet released.
        var overdue: [RecordKey: OverdueReservations] = [:]
        var changes = StockChanges()
        /// The version of a record before its latest rows, if the machine wrote all of those to expire reservations. A
        /// caller that saw this version or a later one has missed no other change, so its expected version still holds.
        var versionBeforeExpiry: [RecordKey: Int64] = [:]
        /// The places of the records touched since alerts were last settled.
        var touched: [Int] = []
    }

    /// The result of `decide`.
    public enum Decision: Sendable {
        case done(Result<Outcome, StockRefusal>)
        /// These records are short of units. Call `add` with their overdue reservations, then `decide` again. Nothing
        /// was changed.
        case needsOverdue([RecordKey])
        /// The order has pending reservations on records that are not locked. Lock and load them, and decide again with
        /// a new machine. Nothing was changed.
        case needsRecords([RecordReference])
    }

    public init(facts: StockFacts, now: Instant, identifiers: IdentifierSource) {
        self.now = now
        self.identifiers = identifiers
        state = State(
            records: facts.records,
            archivedProducts: facts.archivedProducts,
            archivedWarehouses: facts.archivedWarehouses
        )
        // Most records of a batch get a row.
        state.changes.ledger.reserveCapacity(facts.records.count)
        for (order, reservations) in facts.orders {
            state.orders[order] = reservations.map(\.id)
            for reservation in reservations {
                state.reservations[reservation.id] = reservation
            }
        }
    }

    /// What all commands have changed so far.
    public var changes: StockChanges { state.changes }

    public func record(_ key: RecordKey) -> InventoryRecord? { state.records[key] }

    public func reservation(_ id: ReservationID) -> Reservation? { state.reservation(id) }

    /// The loaded records that changed: the version of each when it was loaded, and its final state.
    public var changedRecords: [(expected: Int64, record: InventoryRecord)] {
        state.changes.loadedRecords.map { ($0.version, state.records[place: $0.place].record) }
    }

    /// Adds a record's overdue reservations from the store, after `Decision.needsOverdue`.
    public mutating func add(_ overdue: OverdueReservations, of key: RecordKey) {
        var known = state.overdue[key] ?? OverdueReservations(reservations: [], isComplete: false)
        for reservation in overdue.reservations where state.reservation(reservation.id) == nil {
            state.reservations[reservation.id] = reservation
        }
        known.reservations += overdue.reservations
        known.isComplete = overdue.isComplete
        state.overdue[key] = known
    }

    /// Decides one command.
    /// - Parameter actor: the caller's name for the ledger.
    public mutating func decide(_ command: Command, actor: String) -> Decision {
        while true {
            let attempt: Result<Outcome, StockRefusal>
            do throws(Interruption) {
                attempt = .success(try run(command, actor: actor))
            } catch {
                switch error {
                case .needsRecords(let records): return .needsRecords(records)
                case .needsOverdue(let keys): return .needsOverdue(keys)
                case .refused(let refusal): attempt = .failure(refusal)
                }
            }
            switch attempt {
            case .success(let outcome):
                settleAlerts()
                return .done(.success(outcome))
            case .failure(let refusal):
                // Overdue reservations do not block a sale: release them before refusing a command as short of stock.
                guard let key = refusal.shortage?.record.key, state.records[key]?.quantityReserved ?? 0 > 0 else {
                    settleAlerts()
                    return .done(.failure(refusal))
                }
                guard let overdue = state.overdue[key] else { return .needsOverdue([key]) }
                if expire(overdue.reservations, actor: Self.expiryActor) > 0 {
                    state.overdue[key]?.reservations = []
                } else if overdue.isComplete {
                    settleAlerts()
                    return .done(.failure(refusal))
                } else {
                    return .needsOverdue([key])
                }
            }
        }
    }

    /// The actor in the ledger when a reservation is expired because another command needs its units.
    public static let expiryActor = "expiry"

    /// Why a command could not be decided now.
    enum Interruption: Error {
        case refused(StockRefusal)
        case needsRecords([RecordReference])
        case needsOverdue([RecordKey])
    }

    private mutating func run(_ command: Command, actor: String) throws(Interruption) -> Outcome {
        if !state.archivedProducts.isEmpty || !state.archivedWarehouses.isEmpty {
            try checkArchived(command)
        }
        switch command {
        case .move(let movement):
            return .moved(try move(movement, actor: actor))
        case .batch(let movements):
            return try runBatch(movements, actor: actor)
        case .reserve(let order):
            return try reserve(order, actor: actor)
        case .confirm(let order):
            return try confirm(order, actor: actor)
        case .release(let order):
            return try release(order, actor: actor)
        case .extend(let order, let seconds):
            return try extend(order, seconds: seconds)
        case .setPolicy(let change):
            return setPolicy(change, actor: actor)
        case .setStock(let setting):
            return try setStock(setting, actor: actor)
        case .expire(let records):
            return try expireRecords(records, actor: actor)
        }
    }

    private func checkArchived(_ command: Command) throws(Interruption) {
        for record in command.recordsThatMustNotBeArchived where !isSetOnly(record, by: command) {
            if state.archivedProducts.contains(record.key.product) {
                throw refusal(.archived(.product(record.sku)), of: record, in: command)
            }
            if state.archivedWarehouses.contains(record.key.warehouse) {
                throw refusal(.archived(.warehouse(record.warehouseCode)), of: record, in: command)
            }
        }
    }

    /// Whether the command only corrects an existing record, which archiving does not forbid.
    private func isSetOnly(_ record: RecordReference, by command: Command) -> Bool {
        if case .setStock = command { state.records[record.key] != nil } else { false }
    }

    /// Carries out all of the movements or none: if one is refused, restores the state from before the batch.
    private mutating func runBatch(_ movements: [Movement], actor: String) throws(Interruption) -> Outcome {
        let saved = state
        var outcomes: [MovementOutcome] = []
        outcomes.reserveCapacity(movements.count)
        for (index, movement) in movements.enumerated() {
            do throws(Interruption) {
                outcomes.append(try move(movement, actor: actor))
            } catch {
                state = saved
                if case .refused(let refusal) = error {
                    throw .refused(.operation(index: index, withoutLostRecord(refusal)))
                }
                throw error
            }
        }
        return .batch(outcomes)
    }

    /// A refused batch also discards the records that it created, so its refusal must not carry such a record's id.
    private func withoutLostRecord(_ refusal: StockRefusal) -> StockRefusal {
        guard case .insufficientStock(let shortage) = refusal, state.records[shortage.record.key] == nil else {
            return refusal
        }
        return .insufficientStock(
            StockRefusal.Shortage(
                record: shortage.record,
                inventoryID: nil,
                available: shortage.available,
                requested: shortage.requested
            )
        )
    }

    /// In a batch, the refusal names the first operation that the archived record forbids.
    private func refusal(_ refusal: StockRefusal, of record: RecordReference, in command: Command) -> Interruption {
        guard case .batch(let movements) = command else { return .refused(refusal) }
        guard let index = movements.firstIndex(where: { $0.recordThatMustNotBeArchived?.key == record.key }) else {
            preconditionFailure("the record is that of an operation")
        }
        return .refused(.operation(index: index, refusal))
    }
}

extension StockRefusal {
    /// The shortage, also when it belongs to an operation of a batch.
    public var shortage: Shortage? {
        switch self {
        case .insufficientStock(let shortage): shortage
        case .operation(_, let refusal): refusal.shortage
        default: nil
        }
    }
}

extension StockMachine.State {
    /// The current state of a loaded or new reservation.
    func reservation(_ id: ReservationID) -> Reservation? {
        reservations[id] ?? placeOfNew(id).map { changes.newReservations[$0] }
    }

    /// The index of a reservation that this batch created. Binary search: new ids ascend (`IdentifierSource`).
    func placeOfNew(_ id: ReservationID) -> Int? {
        var (low, high) = (0, changes.newReservations.count)
        while low < high {
            let middle = (low + high) / 2
            if changes.newReservations[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < changes.newReservations.count && changes.newReservations[low].id == id ? low : nil
    }
}
