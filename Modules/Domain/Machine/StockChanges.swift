/// What a batch changed, ready to be saved: one final state for each changed object, and the ledger rows in order.
public struct StockChanges: Sendable {
    /// Keys of the new records; `StockMachine.record(_:)` has their final states.
    public internal(set) var createdRecords: Set<RecordKey> = []
    /// Loaded records that changed, in the order in which they were first changed.
    var loadedRecords: [LoadedRecord] = []
    /// Ledger rows in the order in which they were decided.
    public internal(set) var ledger: [LedgerEntry] = []
    /// New reservations in their final states, in the order created, which is also the order of their ids.
    public internal(set) var newReservations: [Reservation] = []
    /// Loaded reservations that changed.
    public internal(set) var changedReservations: Set<ReservationID> = []
    /// Records whose alert from an earlier batch is now resolved.
    public internal(set) var recoveredRecords: Set<InventoryID> = []
    /// Alerts raised in this batch that are still unresolved, at most one per record.
    public internal(set) var openAlerts: [InventoryID: LowStockAlert] = [:]
    /// Alerts that were raised and resolved within this batch.
    public internal(set) var resolvedAlerts: [LowStockAlert] = []

    struct LoadedRecord: Sendable {
        let key: RecordKey
        let place: Int
        /// The record's version when it was loaded.
        let version: Int64
    }

    /// The version that each changed record had when it was loaded; excludes new records.
    public var loadedVersions: [RecordKey: Int64] {
        Dictionary(loadedRecords.map { ($0.key, $0.version) }, uniquingKeysWith: { first, _ in first })
    }

    /// Ids of the new reservations, in the order created.
    public var createdReservations: [ReservationID] { newReservations.map(\.id) }

    public var isEmpty: Bool {
        createdRecords.isEmpty && ledger.isEmpty && changedReservations.isEmpty && newReservations.isEmpty
    }

    /// Whether the batch raised any alert, even one that it resolved again: the mailer has work.
    public var raisesAlerts: Bool { !openAlerts.isEmpty || !resolvedAlerts.isEmpty }
}
