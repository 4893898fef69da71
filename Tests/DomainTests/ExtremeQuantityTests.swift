import Domain
import TestSupport
import Testing

/// At the limits of the ranges the machine refuses commands; it never traps.
struct ExtremeQuantityTests {
    private let highest: Int64 = 9_007_199_254_740_991
    private let most: Int64 = 1_000_000_000

    @Test("on hand never passes 2^53 - 1")
    func highestOnHand() throws {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: highest - 5)
        fixture.stock(1, onHand: most)
        var machine = fixture.machine()
        let refusal = StockRefusal.quantityTooHigh(fixture.records[0])
        #expect(try machine.done(.move(fixture.receive(0, 6))).refusal == refusal)
        #expect(try machine.done(.move(fixture.adjust(0, .change(most)))).refusal == refusal)
        #expect(try machine.done(.move(fixture.transfer(1, 0, 6))).refusal == refusal)
        #expect(machine.changes.isEmpty)
        #expect(try machine.done(.move(fixture.receive(0, 5))).change?.newQuantity == highest)
        #expect(try machine.done(.move(fixture.adjust(0, .count(highest)))).change?.transactionID == nil)
        #expect(
            try machine.done(.batch([fixture.ship(0, 1), fixture.receive(0, 2)])).refusal
                == .operation(index: 1, refusal))
    }

    @Test("a count may go from 0 to the highest and back")
    func counts() throws {
        let fixture = MachineFixture()
        var machine = fixture.machine()
        #expect(try machine.done(.move(fixture.adjust(0, .count(highest)))).change?.newQuantity == highest)
        #expect(machine.changes.ledger.last?.quantityChange == highest)
        #expect(try machine.done(.move(fixture.adjust(0, .count(0)))).change?.newQuantity == 0)
        #expect(machine.changes.ledger.last?.quantityChange == -highest)
    }

    @Test("500 items of a billion units are refused or reserved by their sum")
    func fiveHundredItems() throws {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: 500 * most - 1)
        fixture.stock(1, onHand: highest)
        var machine = fixture.machine()
        let short = fixture.reserve(MachineFixture.order, (0..<500).map { _ in (0, most) })
        let shortage = try #require(try machine.done(short).refusal?.shortage)
        #expect(shortage.requested == 500 * most && shortage.available == 500 * most - 1)
        #expect(machine.changes.isEmpty)
        let available = fixture.reserve(MachineFixture.order, (0..<500).map { _ in (1, most) }, seconds: 604_800)
        guard case .success(.reserved(_, let ids, let expiresAt)) = try machine.done(available) else {
            Issue.record("refused")
            return
        }
        #expect(Set(ids).count == 500 && ids == machine.changes.createdReservations)
        #expect(expiresAt.milliseconds == MachineFixture.now.milliseconds + 604_800_000)
        #expect(machine.record(fixture.records[1].key)?.quantityReserved == 500 * most)
        #expect(machine.changes.ledger.map(\.version) == Array(2...501))
    }

    @Test("alerts at the limits of the ranges suggest a quantity and do not trap")
    func alerts() throws {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: highest, reserved: highest)
        var machine = fixture.machine()
        for quantity in [1, highest / 2, highest] {
            _ = try machine.done(fixture.policy(1, point: highest, quantity: quantity, safety: highest))
            _ = try machine.done(fixture.policy(0, point: highest, quantity: quantity))
        }
        #expect(machine.changes.openAlerts.count == 1, "record 0 was low before")
        #expect(machine.changes.openAlerts.values.first?.suggestedQuantity == highest + 1)
    }

    @Test("random commands over the full ranges never trap and keep every bound")
    func everything() throws {
        var random = SeededRandom()
        let fixture = MachineFixture()
        let figures: [Int64] = [1, 2, most - 1, most]
        let counts: [Int64] = [0, 1, highest / 2, highest - most, highest - 1, highest]
        var machine = fixture.machine(seed: random.next())
        for _ in 0..<5_000 {
            let index = Int.random(in: 0..<4, using: &random)
            let quantity = random.pick(figures)
            let movement: Movement =
                switch Int.random(in: 0..<5, using: &random) {
                case 0: fixture.receive(index, quantity)
                case 1: fixture.ship(index, quantity)
                case 2: fixture.adjust(index, .count(random.pick(counts)))
                case 3: fixture.adjust(index, .change(random.pick([quantity, -quantity])))
                default: fixture.transfer(index, index ^ 1, quantity)
                }
            let command: Command =
                switch Int.random(in: 0..<4, using: &random) {
                case 0: fixture.reserve(MachineFixture.order, [(index, quantity)], seconds: 604_800)
                case 1: fixture.policy(index, point: random.pick(counts), quantity: max(1, random.pick(counts)))
                default: .move(movement)
                }
            if case .needsOverdue(let keys) = machine.decide(command, actor: "test") {
                for key in keys { machine.add(OverdueReservations(reservations: [], isComplete: true), of: key) }
                _ = try machine.done(command)
            }
            guard let record = machine.record(fixture.records[index].key) else { continue }
            #expect(
                0 <= record.quantityReserved && record.quantityReserved <= record.quantityOnHand, "seed \(random.seed)")
            #expect(record.quantityOnHand <= highest, "seed \(random.seed)")
            #expect((machine.changes.openAlerts[record.id] != nil) == record.isLowStock, "seed \(random.seed)")
        }
    }
}
