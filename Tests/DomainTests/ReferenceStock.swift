import Domain

/// A second, naive implementation of the stock rules: it sums up the reservations for every figure, and runs each
/// command on a copy that it discards if the command is refused. It shares no code with the machine.
///
/// It does not predict which overdue reservations the machine releases when units are short: the test tells it which
/// ones were released, and `StepCheck` checks whether that was allowed.
struct ReferenceStock {
    struct Row: Equatable {
        var onHand: Int64 = 0
        var point: Int64 = 0
        var quantity: Int64 = 1
        var safety: Int64 = 0
        var version: Int64 = 0
        var updatedAt: Instant
    }

    enum State: Equatable {
        case pending, confirmed, cancelled, expired
    }

    struct Held {
        let id: ReservationID
        let order: OrderID
        let record: RecordReference
        let quantity: Int64
        var expiresAt: Instant
        var state = State.pending
        var resolvedAt: Instant?
        /// The number of the command that resolved it.
        var resolvedBy = 0
    }

    struct Alert: Equatable {
        let available: Int64
        let point: Int64
        let suggested: Int64
        let raisedAt: Instant
        var resolvedAt: Instant?
    }

    /// A refusal as text, and the record that is short of units.
    struct Refused: Error {
        var words: String
        var short: RecordKey?
    }

    var rows: [RecordKey: Row] = [:]
    var pending: [Held] = []
    var resolved: [OrderID: [Held]] = [:]
    var ledger: [RecordKey: [String]] = [:]
    var alerts: [RecordKey: [Alert]] = [:]
    var archivedProducts: Set<ProductID> = []
    var archivedWarehouses: Set<WarehouseID> = []
    var now = Instant(milliseconds: 0)
    var actor = ""
    var step = 0
    /// The ids that the machine gave to new reservations.
    var ids: [ReservationID] = []
    /// Whether each record was low before overdue units of it were released. The command that needed the units settles
    /// its alert.
    var unsettled: [RecordKey: Bool] = [:]
    /// Whether to skip the check of expected versions, because the machine's own expiries may have changed the version.
    var ignoresVersions = false

    func reserved(_ key: RecordKey) -> Int64 {
        pending.reduce(0) { $1.record.key == key ? $0 + $1.quantity : $0 }
    }

    func available(_ key: RecordKey) -> Int64 { (rows[key]?.onHand ?? 0) - reserved(key) }

    func isLow(_ key: RecordKey) -> Bool { rows[key].map { available(key) <= $0.point } ?? false }

    func overdue(_ key: RecordKey) -> [Held] {
        pending.filter { $0.record.key == key && $0.expiresAt <= now }
            .sorted { ($0.expiresAt, $0.id) < ($1.expiresAt, $1.id) }
    }

    /// Runs a change and settles the alerts. A refused change leaves everything as it was.
    mutating func carryOut(_ change: (inout ReferenceStock) throws(Refused) -> String) -> Result<String, Refused> {
        var trial = self
        trial.step += 1
        do throws(Refused) {
            let words = try change(&trial)
            trial.settleAll(since: self)
            self = trial
            return .success(words)
        } catch {
            settleAll(since: self)
            return .failure(error)
        }
    }

    /// Releases an overdue reservation for a command that is short of units; that command settles the record's alert.
    mutating func releaseForShortage(_ held: Held) {
        unsettled[held.record.key] = unsettled[held.record.key] ?? isLow(held.record.key)
        step += 1
        resolve(held.id, "expire", as: .expired)
    }

    /// - Parameter before: the state before the command.
    mutating func settleAll(since before: ReferenceStock) {
        for key in rows.keys { settle(key, wasLow: unsettled[key] ?? before.isLow(key)) }
        unsettled = [:]
    }

    private mutating func settle(_ key: RecordKey, wasLow: Bool) {
        guard let row = rows[key], wasLow != isLow(key) else { return }
        if wasLow {
            let last = (alerts[key]?.count ?? 0) - 1
            alerts[key]?[last].resolvedAt = now
        } else {
            var suggested = row.quantity
            while available(key) + suggested <= row.point { suggested += row.quantity }
            alerts[key, default: []].append(
                Alert(available: available(key), point: row.point, suggested: suggested, raisedAt: now))
        }
    }

    mutating func write(
        _ kind: String, _ record: RecordReference, by units: Int64 = 0, reserved change: Int64 = 0,
        order: OrderID? = nil, note: Note = Note()
    ) {
        var row = rows[record.key] ?? Row(updatedAt: now)
        row.onHand += units
        row.version += 1
        row.updatedAt = now
        rows[record.key] = row
        ledger[record.key, default: []].append(
            describe(
                row.version, kind, units, row.onHand, change, reserved(record.key), order, note.reason, note.reference,
                actor, now))
    }

    /// Resolves a pending reservation.
    mutating func resolve(_ id: ReservationID, _ kind: String, as state: State) {
        guard let index = pending.firstIndex(where: { $0.id == id }) else { return }
        var held = pending.remove(at: index)
        held.state = state
        held.resolvedAt = now
        held.resolvedBy = step
        resolved[held.order, default: []].append(held)
        write(
            kind, held.record, by: state == .confirmed ? -held.quantity : 0, reserved: -held.quantity, order: held.order
        )
    }
}

/// Describes a ledger row as text, for the machine and for the reference.
func describe(
    _ version: Int64, _ kind: String, _ change: Int64, _ after: Int64, _ reservedChange: Int64, _ reservedAfter: Int64,
    _ order: OrderID?, _ reason: String?, _ reference: String?, _ actor: String, _ at: Instant
) -> String {
    let order = order.map { "\($0.low)" } ?? "-"
    // The reference does not predict the text of a policy row's reason.
    let reason = kind == "policy" ? (reason?.isEmpty == false ? "some reason" : "no reason") : reason ?? "-"
    return "v\(version) \(kind) \(change)→\(after) reserved \(reservedChange)→\(reservedAfter) order \(order) "
        + "\(reason) \(reference ?? "-") by \(actor) at \(at.milliseconds)"
}
