import Domain

/// Runs the stock machine as a lane does: takes the facts of a batch, decides each command, returns the changes.
struct StockWork {
    let records: [InventoryRecord]
    private let reservations: [Command]
    private let receipts: [Command]

    /// - Parameters:
    ///   - commands: the number of commands in one batch.
    ///   - items: the number of items in one reservation, each of a different record.
    init(commands: Int, items: Int) {
        let records = (0..<commands * items).map(Self.record)
        self.records = records
        reservations = (0..<commands).map { command in
            .reserve(
                ReserveOrder(
                    orderID: OrderID(high: 7, low: UInt64(command)),
                    items: (0..<items).map {
                        ReserveOrder.Item(record: records[command * items + $0].reference, quantity: 1)
                    },
                    seconds: 600))
        }
        receipts = records.prefix(commands).map {
            .move(.change(.receive, StockChange(record: $0.reference, quantity: 5)))
        }
    }

    func reserve(times: Int) {
        decide(reservations, times: times)
    }

    func receive(times: Int) {
        decide(receipts, times: times)
    }

    /// The machine after it has decided each reservation once.
    func decided() -> StockMachine {
        var machine = StockMachine(
            facts: StockFacts(records: Dictionary(uniqueKeysWithValues: records.map { ($0.key, $0) })),
            now: Instant(milliseconds: 1_800_000_000_000), identifiers: IdentifierSource(seed: 1))
        for command in reservations { use(machine.decide(command, actor: "bench")) }
        return machine
    }

    private func decide(_ commands: [Command], times: Int) {
        for batch in 0..<max(1, times / commands.count) {
            var facts = StockFacts()
            facts.records.reserveCapacity(records.count)
            for record in records { facts.records[record.key] = record }
            var machine = StockMachine(
                facts: facts, now: Instant(milliseconds: 1_800_000_000_000 + Int64(batch)),
                identifiers: IdentifierSource(seed: UInt64(batch)))
            for command in commands {
                guard case .done(.success) = machine.decide(command, actor: "bench") else {
                    fatalError("a command was refused")
                }
            }
            use(machine.changes)
        }
    }

    static func record(_ number: Int) -> InventoryRecord {
        let key = RecordKey(
            product: ProductID(high: 1, low: UInt64(number)), warehouse: WarehouseID(high: 2, low: UInt64(number % 4)))
        guard let sku = SKU("B\(number)"), let warehouse = WarehouseCode("W\(number % 4)") else {
            fatalError("the SKU or the warehouse code is invalid")
        }
        return InventoryRecord(
            id: InventoryID(high: 3, low: UInt64(number)),
            reference: RecordReference(key: key, sku: sku, warehouseCode: warehouse),
            quantityOnHand: 1_000_000_000, reorderPoint: 10, reorderQuantity: 50, version: 1,
            updatedAt: Instant(milliseconds: 1_700_000_000_000))
    }
}
