/// What a batch changed, ready to be saved: final states, each once, and the ledger in order.
public struct StockChanges: Sendable {
    /// Records that are new, by key; their final states are in `StockMachine.record(_:)`.
    public internal(set) var createdRecords: Set<RecordKey> = []
    /// Records that were loaded and changed, in the order in which they were touched first.
    var loadedRecords: [LoadedRecord] = []
    /// Ledger rows in the order in which they were decided.
    public internal(set) var ledger: [LedgerEntry] = []
    /// New reservations in the order made, which is the order of their ids, in their final states.
    public internal(set) var newReservations: [Reservation] = []
    /// Loaded reservations that changed.
    public internal(set) var changedReservations: Set<ReservationID> = []
    /// Records whose alert from before this batch is resolved.
    public internal(set) var recoveredRecords: Set<InventoryID> = []
    /// Alerts raised in this batch that are still unresolved, at most one a record.
    public internal(set) var openAlerts: [InventoryID: LowStockAlert] = [:]
    /// Alerts that were raised and resolved within this batch.
    public internal(set) var resolvedAlerts: [LowStockAlert] = []

    struct LoadedRecord: Sendable {
        let key: RecordKey
        let place: Int
        /// When it was loaded.
        let version: Int64
    }

    /// The version that each changed record had when it was loaded; new records are not among them.
    public var loadedVersions: [RecordKey: Int64] {
        Dictionary(loadedRecords.map { ($0.key, $0.version) }, uniquingKeysWith: { first, _ in first })
    }

    /// New reservations in the order made.
    public var createdReservations: [ReservationID] { newReservations.map(\.id) }

    public var isEmpty: Bool {
        createdRecords.isEmpty && ledger.isEmpty && changedReservations.isEmpty && newReservations.isEmpty
    }

    /// Whether somebody has to be told of low stock.
    public var raisesAlerts: Bool { !openAlerts.isEmpty || !resolvedAlerts.isEmpty }
}
