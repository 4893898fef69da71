import Domain
import TestSupport

/// Random commands over so few records and orders that most of them interact.
struct RandomStockCommands {
    let records: [RecordReference]
    let orders: [OrderID] = (1...5).map { OrderID(high: 0xE, low: $0) }
    var random: SeededRandom

    /// - Parameter version: a record's current version, for commands with an expected version.
    mutating func next(version: (RecordKey) -> Int64) -> Command {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<20: .move(change(version))
        case 20..<26: .move(adjustment(version))
        case 26..<32: .move(transfer())
        case 32..<42: .batch((0..<Int.random(in: 1...6, using: &random)).map { _ in movement(version) })
        case 42..<45: policy()
        case 45..<48: setting()
        case 48..<70: reserve()
        case 70..<80: .confirm(order())
        case 80..<87: .release(order())
        case 87..<94: .extend(order(), seconds: .random(in: 1...3, using: &random))
        default: .expire((0..<Int.random(in: 1...3, using: &random)).map { _ in random.pick(records) })
        }
    }

    private mutating func order() -> OrderID { random.pick(orders) }

    private mutating func policy() -> Command {
        .setPolicy(
            PolicyChange(
                record: random.pick(records), reorderPoint: .random(in: 0...6, using: &random),
                reorderQuantity: .random(in: 1...5, using: &random), safetyStock: random.pick([nil, nil, 0, 2])))
    }

    private mutating func setting() -> Command {
        .setStock(
            StockSetting(
                record: random.pick(records), quantityOnHand: .random(in: 0...12, using: &random),
                reorderPoint: random.pick([nil, 0, 3]), reorderQuantity: random.pick([nil, 1, 4]),
                note: Note(reason: "import")))
    }

    private mutating func reserve() -> Command {
        let items = (0..<random.pick([1, 1, 2, 3, 5])).map { _ in
            ReserveOrder.Item(record: random.pick(records), quantity: .random(in: 1...5, using: &random))
        }
        return .reserve(
            ReserveOrder(orderID: order(), items: items, seconds: random.pick([1, 2, 4, 30])))
    }

    private mutating func movement(_ version: (RecordKey) -> Int64) -> Movement {
        switch Int.random(in: 0..<5, using: &random) {
        case 0, 1, 2: change(version)
        case 3: adjustment(version)
        default: transfer()
        }
    }

    /// More units come in than go out.
    private mutating func change(_ version: (RecordKey) -> Int64) -> Movement {
        let kind = random.pick(ChangeKind.allCases)
        let record = random.pick(records)
        return .change(
            kind,
            StockChange(
                record: record, quantity: .random(in: kind.sign > 0 ? 1...14 : 1...6, using: &random),
                note: Note(reason: random.pick([nil, "why"])),
                expectedVersion: random.pick([nil, nil, nil, version(record.key), version(record.key) + 1])))
    }

    private mutating func adjustment(_ version: (RecordKey) -> Int64) -> Movement {
        let record = random.pick(records)
        let target: Adjustment.Target =
            Bool.random(using: &random)
            ? .count(.random(in: 0...15, using: &random)) : .change(random.pick([-5, -2, -1, 1, 3]))
        return .adjust(
            Adjustment(
                record: record, target: target, note: Note(reason: "count", reference: "paper"),
                expectedVersion: random.pick([nil, nil, version(record.key)])))
    }

    private mutating func transfer() -> Movement {
        let source = random.pick(records)
        let destination = random.pick(records.filter { $0.sku == source.sku && $0 != source })
        return .transfer(
            Transfer(source: source, destination: destination, quantity: .random(in: 1...5, using: &random)))
    }
}
