import Domain
import TestSupport

/// Random commands of every kind over a few records, with orders that are confirmed, released and extended later.
struct RandomCommands {
    let records: [RecordReference]
    let kinds: [ChangeKind]
    var random: SeededRandom
    private var orders: [OrderID] = []

    init(records: [RecordReference], kinds: [ChangeKind] = ChangeKind.allCases, random: SeededRandom) {
        self.records = records
        self.kinds = kinds
        self.random = random
    }

    mutating func next() -> Command {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<22: return .move(change())
        case 22..<28: return .move(adjustment())
        case 28..<35: return .move(transfer())
        case 35..<40: return .batch((0..<Int.random(in: 1...5, using: &random)).map { _ in movement() })
        case 40..<42:
            return .setStock(
                StockSetting(
                    record: random.pick(records), quantityOnHand: .random(in: 0...60, using: &random),
                    reorderPoint: random.pick([nil, 5]), reorderQuantity: random.pick([nil, 10])))
        case 42..<45:
            return .setPolicy(
                PolicyChange(
                    record: random.pick(records), reorderPoint: .random(in: 0...20, using: &random),
                    reorderQuantity: .random(in: 1...30, using: &random)))
        case 45..<70: return reserve()
        case 70..<82: return .confirm(order())
        case 82..<92: return .release(order())
        case 92..<96: return .extend(order(), seconds: .random(in: 1...2, using: &random))
        default: return .expire([random.pick(records)])
        }
    }

    private mutating func order() -> OrderID {
        // Sometimes an order that does not exist.
        orders.isEmpty || Int.random(in: 0..<20, using: &random) == 0 ? random.identifier() : random.pick(orders)
    }

    private mutating func reserve() -> Command {
        let order =
            orders.isEmpty || Int.random(in: 0..<4, using: &random) > 0 ? random.identifier() : random.pick(orders)
        orders.append(order)
        let items = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            ReserveOrder.Item(record: random.pick(records), quantity: .random(in: 1...6, using: &random))
        }
        // A second is short enough that some expire while the test runs.
        let seconds: Int64 = Int.random(in: 0..<3, using: &random) == 0 ? 1 : 600
        return .reserve(ReserveOrder(orderID: order, items: items, seconds: seconds))
    }

    /// More units come in than go out.
    private mutating func change() -> Movement {
        let kind = random.pick(kinds)
        return .change(
            kind,
            StockChange(
                record: random.pick(records), quantity: .random(in: kind.sign > 0 ? 1...40 : 1...10, using: &random),
                expectedVersion: Int.random(in: 0..<10, using: &random) == 0
                    ? .random(in: 0...40, using: &random) : nil))
    }

    private mutating func adjustment() -> Movement {
        let target: Adjustment.Target =
            Bool.random(using: &random)
            ? .count(.random(in: 0...30, using: &random)) : .change(random.pick([-7, -3, -1, 1, 4]))
        return .adjust(Adjustment(record: random.pick(records), target: target, note: Note(reason: "count")))
    }

    private mutating func transfer() -> Movement {
        let source = random.pick(records)
        let destination = random.pick(records.filter { $0.sku == source.sku && $0 != source })
        return .transfer(
            Transfer(source: source, destination: destination, quantity: .random(in: 1...8, using: &random)))
    }

    private mutating func movement() -> Movement {
        switch Int.random(in: 0..<4, using: &random) {
        case 0, 1: change()
        case 2: adjustment()
        default: transfer()
        }
    }
}
