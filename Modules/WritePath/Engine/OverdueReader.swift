import Domain
import PostgresClient
import PostgresRows

/// Reads overdue reservations of records page by page, for a stock machine that is short of units.
struct OverdueReader {
    /// Rows of a page, for each record.
    let limit: Int
    /// Where the last page of each record ended.
    private var ends: [RecordKey: (Instant, ReservationID)] = [:]
    private var wanted: [InventoryRecord] = []

    init(limit: Int) {
        self.limit = limit
    }

    /// The next page of these records.
    mutating func query(_ keys: some Sequence<RecordKey>, of machine: StockMachine) -> PostgresQuery {
        wanted = keys.compactMap { machine.record($0) }
        let start = (Instant(milliseconds: 0), ReservationID(high: 0, low: 0))
        let after = wanted.map { ends[$0.key] ?? start }
        return PostgresQuery(ReservationRow.overdue) { parameters in
            parameters.appendArray(wanted.map(\.id))
            parameters.appendArray(after.map(\.0))
            parameters.appendArray(after.map(\.1))
            parameters.append(machine.now)
            parameters.append(Int64(limit))
        }
    }

    /// Adds the page to the machine.
    mutating func take(_ result: PostgresResult, into machine: inout StockMachine) throws(PostgresError) {
        let byRecord = Dictionary(grouping: try ReservationRow.all(result), by: \.inventoryID)
        for record in wanted {
            let found = byRecord[record.id] ?? []
            if let last = found.last { ends[record.key] = (last.expiresAt, last.id) }
            machine.add(
                OverdueReservations(
                    reservations: found.map { $0.reservation(of: record.reference) },
                    isComplete: found.count < limit),
                of: record.key)
        }
    }
}
