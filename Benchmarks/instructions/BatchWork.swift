import Domain
import PostgresClient
import PostgresRows
import WritePath

/// What a batch costs between the machine and PostgreSQL.
struct BatchWork {
    private static let commands = 64
    private let work = StockWork(commands: commands, items: 1)

    /// Writes the parameters of a decided batch.
    func save(times: Int) {
        let machine = work.decided()
        for _ in 0..<max(1, times / Self.commands) { use(BatchSave(machine).queries()) }
    }

    /// Reads the records that a batch asked for.
    func load(times: Int) {
        let records = work.records
        let load = BatchLoad(
            ids: Dictionary(uniqueKeysWithValues: records.map { ($0.id, $0.reference) }), notYetCreated: [], orders: [],
            products: [], warehouses: [], keys: [], sendsSettings: false)
        let results = Self.results(records)
        for _ in 0..<max(1, times / Self.commands) {
            guard let answer = try? load.answer(results), answer.facts.records.count == records.count else {
                fatalError("the rows are a batch's")
            }
            use(answer)
        }
    }

    private static func results(_ records: [InventoryRecord]) -> [PostgresResult] {
        let locked = MadeResult(types: [.uuid, .int8, .int8, .int8, .int8, .int8, .int8, .timestamptz])
        for (row, record) in records.enumerated() {
            locked.set(row, 0, record.id)
            locked.set(row, 1, record.quantityOnHand)
            locked.set(row, 2, record.quantityReserved)
            locked.set(row, 3, record.reorderPoint)
            locked.set(row, 4, record.reorderQuantity)
            locked.set(row, 5, record.safetyStock)
            locked.set(row, 6, record.version)
            locked.set(row, 7, record.updatedAt)
        }
        let clock = MadeResult(types: [.timestamptz, .text])
        clock.set(0, 0, Instant(milliseconds: 1_800_000_000_000))
        clock.set(0, 1, "7")
        return [MadeResult(types: []).result(), locked.result(), clock.result()]
    }
}
