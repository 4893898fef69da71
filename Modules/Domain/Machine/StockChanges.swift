/// What a batch changed, ready to be saved: final states, each once, and the ledger in order.
public struct StockChanges: Sendable {
    /// Records that are new, by key; their final states are in `StockMachine.record(_:)`.
    public internal(set) var createdRecords: Set<RecordKey> = []
    /// The version that each changed record had when it was loaded; new records are not among them.
    public internal(set) var loadedVersions: [RecordKey: Int64] = [:]
    /// Ledger rows in the order in which they were decided.
    public internal(set) var ledger: [LedgerEntry] = []
    /// New reservations in the order made; their final states are in `StockMachine.reservation(_:)`.
    public internal(set) var createdReservations: [ReservationID] = []
    /// The same as a set, to tell them from loaded ones.
    var createdReservationSet: Set<ReservationID> = []
    /// Loaded reservations that changed.
    public internal(set) var changedReservations: Set<ReservationID> = []
    /// Records whose alert from before this batch is resolved.
    public internal(set) var recoveredRecords: Set<InventoryID> = []
    /// Alerts raised in this batch that are still unresolved, at most one a record.
    public internal(set) var openAlerts: [InventoryID: LowStockAlert] = [:]
    /// Alerts that were raised and resolved within this batch.
    public internal(set) var resolvedAlerts: [LowStockAlert] = []

    public var isEmpty: Bool {
        createdRecords.isEmpty && ledger.isEmpty && changedReservations.isEmpty && createdReservations.isEmpty
    }

    /// Whether somebody has to be told of low stock.
    public var raisesAlerts: Bool { !openAlerts.isEmpty || !resolvedAlerts.isEmpty }
}
