import Domain
import TestSupport
import Testing

/// References to a few records, and a machine over those of them that exist: the starting point of the examples.
struct MachineFixture {
    static let now = Instant(milliseconds: 1_800_000_000_000)

    /// Every product in every warehouse: A/W1, A/W2, …, B/W1, …
    let records: [RecordReference]
    var facts = StockFacts()

    init(products: Int = 2, warehouses: Int = 2) {
        let skus = ["A", "B", "C", "D"].compactMap(SKU.init)
        records = (0..<products).flatMap { product in
            (0..<warehouses).compactMap { warehouse in
                WarehouseCode("W\(warehouse + 1)").map { code in
                    RecordReference(
                        key: RecordKey(
                            product: ProductID(high: 0xA, low: UInt64(product)),
                            warehouse: WarehouseID(high: 0xB, low: UInt64(warehouse))),
                        sku: skus[product], warehouseCode: code)
                }
            }
        }
    }

    /// Makes the record exist with these figures.
    mutating func stock(
        _ index: Int, onHand: Int64, reserved: Int64 = 0, point: Int64 = 0, quantity: Int64 = 1, version: Int64 = 1
    ) {
        let reference = records[index]
        facts.records[reference.key] = InventoryRecord(
            id: InventoryID(high: 0xC, low: UInt64(index)), reference: reference, quantityOnHand: onHand,
            quantityReserved: reserved, reorderPoint: point, reorderQuantity: quantity, version: version,
            updatedAt: Instant(milliseconds: 0))
    }

    /// A stored reservation. The caller must set the record's reserved quantity to match.
    func reservation(
        _ number: UInt64, order: OrderID, of index: Int, _ quantity: Int64, expiresIn seconds: Int64 = 600,
        status: Reservation.Status = .pending
    ) -> Reservation {
        Reservation(
            id: ReservationID(high: 0xD, low: number), orderID: order,
            inventoryID: InventoryID(high: 0xC, low: UInt64(index)),
            reference: records[index], quantity: quantity, status: status,
            expiresAt: Self.now.adding(seconds: seconds), createdAt: Instant(milliseconds: 0))
    }

    func machine(seed: UInt64 = 1) -> StockMachine {
        StockMachine(facts: facts, now: Self.now, identifiers: IdentifierSource(seed: seed))
    }

    static let order = OrderID(high: 0xE, low: 1)
    static let other = OrderID(high: 0xE, low: 2)

    // MARK: Shorthand for commands

    func receive(_ index: Int, _ quantity: Int64, version: Int64? = nil) -> Movement {
        .change(.receive, StockChange(record: records[index], quantity: quantity, expectedVersion: version))
    }

    func ship(_ index: Int, _ quantity: Int64, version: Int64? = nil) -> Movement {
        .change(.ship, StockChange(record: records[index], quantity: quantity, expectedVersion: version))
    }

    func adjust(_ index: Int, _ target: Adjustment.Target, version: Int64? = nil) -> Movement {
        .adjust(
            Adjustment(record: records[index], target: target, note: Note(reason: "count"), expectedVersion: version))
    }

    func transfer(_ source: Int, _ destination: Int, _ quantity: Int64) -> Movement {
        .transfer(Transfer(source: records[source], destination: records[destination], quantity: quantity))
    }

    func reserve(_ order: OrderID, _ items: [(Int, Int64)], seconds: Int64 = 600) -> Command {
        .reserve(
            ReserveOrder(
                orderID: order, items: items.map { .init(record: records[$0.0], quantity: $0.1) }, seconds: seconds))
    }

    func policy(_ index: Int, point: Int64, quantity: Int64 = 1, safety: Int64? = nil) -> Command {
        .setPolicy(
            PolicyChange(
                record: records[index], reorderPoint: point, reorderQuantity: quantity, safetyStock: safety))
    }
}

extension StockMachine {
    /// Decides a command that needs no more data from the store.
    mutating func done(
        _ command: Command, actor: String = "test", sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Result<Outcome, StockRefusal> {
        let decision = decide(command, actor: actor)
        guard case .done(let result) = decision else {
            Issue.record("\(command) was not decided: \(decision)", sourceLocation: sourceLocation)
            throw NotDecided()
        }
        return result
    }

    struct NotDecided: Error {}
}

extension Result where Success == Outcome, Failure == StockRefusal {
    var refusal: StockRefusal? {
        if case .failure(let refusal) = self { refusal } else { nil }
    }

    var change: ChangeOutcome? {
        if case .success(.moved(.changed(let change))) = self { change } else { nil }
    }
}
