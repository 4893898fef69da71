import Domain
import Testing

/// A low record has exactly one open alert, raised when it becomes low and resolved when it recovers.
struct AlertTests {
    private func fixture(onHand: Int64) -> MachineFixture {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: onHand, point: 3, quantity: 5)
        return fixture
    }

    @Test("falling to the reorder point raises one alert; falling further raises no other")
    func falls() throws {
        let fixture = fixture(onHand: 5)
        var machine = fixture.machine()
        _ = try machine.done(.move(fixture.ship(0, 1)))
        #expect(machine.changes.openAlerts.isEmpty)
        _ = try machine.done(.move(fixture.ship(0, 1)))
        let alert = try #require(machine.changes.openAlerts.values.first)
        #expect(alert.quantityAvailable == 3 && alert.reorderPoint == 3 && alert.suggestedQuantity == 5)
        _ = try machine.done(.move(fixture.ship(0, 2)))
        #expect(machine.changes.openAlerts.values.first == alert)
    }

    @Test("a record that falls and recovers in one batch has one resolved alert and no open one")
    func downAndUp() throws {
        let fixture = fixture(onHand: 5)
        var machine = fixture.machine()
        _ = try machine.done(fixture.reserve(MachineFixture.order, [(0, 4)]))
        _ = try machine.done(.move(fixture.receive(0, 9)))
        #expect(machine.changes.openAlerts.isEmpty && machine.changes.recoveredRecords.isEmpty)
        #expect(machine.changes.resolvedAlerts.map(\.resolvedAt) == [MachineFixture.now])
        _ = try machine.done(.move(fixture.ship(0, 9)))
        #expect(machine.changes.openAlerts.count == 1 && machine.changes.resolvedAlerts.count == 1)
        #expect(machine.changes.openAlerts.values.first?.id != machine.changes.resolvedAlerts.first?.id)
    }

    @Test("a record that recovers and falls in one batch has its old alert resolved and a new one raised")
    func upAndDown() throws {
        let fixture = fixture(onHand: 2)
        let id = InventoryID(high: 0xC, low: 0)
        var machine = fixture.machine()
        _ = try machine.done(.move(fixture.receive(0, 5)))
        #expect(machine.changes.recoveredRecords == [id])
        _ = try machine.done(.move(fixture.ship(0, 5)))
        #expect(machine.changes.recoveredRecords == [id] && machine.changes.openAlerts.count == 1)
        _ = try machine.done(.move(fixture.receive(0, 5)))
        #expect(machine.changes.recoveredRecords == [id] && machine.changes.openAlerts.isEmpty)
        #expect(machine.changes.resolvedAlerts.count == 1)
    }

    @Test("a new record that is low has an alert at once, even if a policy created it")
    func newRecord() throws {
        let fixture = MachineFixture()
        var machine = fixture.machine()
        _ = try machine.done(fixture.policy(0, point: 0))
        #expect(machine.changes.openAlerts.count == 1)
        #expect(machine.changes.ledger.isEmpty && !machine.changes.isEmpty)
        _ = try machine.done(.move(fixture.receive(1, 1)))
        #expect(machine.changes.openAlerts.count == 1)
        // 1 available is above the reorder point of a new record, 0.
        _ = try machine.done(.move(fixture.ship(1, 1)))
        #expect(machine.changes.openAlerts.count == 2)
    }

    @Test(
        "a policy change compares low stock by the old and new reorder point, and writes one row without units"
    )
    func policy() throws {
        let fixture = fixture(onHand: 5)
        var machine = fixture.machine()
        _ = try machine.done(fixture.policy(0, point: 5, quantity: 5))
        #expect(machine.changes.openAlerts.values.first?.reorderPoint == 5)
        _ = try machine.done(fixture.policy(0, point: 6, quantity: 5))
        #expect(machine.changes.openAlerts.values.first?.reorderPoint == 5, "the same alert as before")
        _ = try machine.done(fixture.policy(0, point: 4, quantity: 5))
        #expect(machine.changes.openAlerts.isEmpty && machine.changes.resolvedAlerts.count == 1)
        #expect(machine.changes.ledger.map(\.kind) == [.policy, .policy, .policy])
        #expect(machine.changes.ledger.allSatisfy { $0.quantityChange == 0 && $0.reservedChange == 0 })
        #expect(machine.record(fixture.records[0].key)?.version == 4)
    }

    @Test("a policy that changes nothing writes nothing; a new safety stock alone is a change")
    func samePolicy() throws {
        let fixture = fixture(onHand: 5)
        var machine = fixture.machine()
        _ = try machine.done(fixture.policy(0, point: 3, quantity: 5))
        _ = try machine.done(fixture.policy(0, point: 3, quantity: 5, safety: 0))
        #expect(machine.changes.isEmpty)
        _ = try machine.done(fixture.policy(0, point: 3, quantity: 5, safety: 1))
        _ = try machine.done(fixture.policy(0, point: 3, quantity: 5))
        #expect(machine.changes.ledger.count == 1)
        #expect(machine.record(fixture.records[0].key)?.safetyStock == 1)
    }

    /// A record whose five units are all held by an overdue reservation, so that it is low.
    private func overdueFixture() -> (fixture: MachineFixture, overdue: OverdueReservations) {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: 5, reserved: 5, point: 3, quantity: 5)
        let old = fixture.reservation(1, order: MachineFixture.other, of: 0, 5, expiresIn: -1)
        return (fixture, OverdueReservations(reservations: [old], isComplete: true))
    }

    @Test("overdue units that are sold again at once do not touch the alert of a low record")
    func resoldAtOnce() throws {
        let (fixture, overdue) = overdueFixture()
        var machine = fixture.machine()
        let sale = fixture.reserve(MachineFixture.order, [(0, 5)])
        _ = machine.decide(sale, actor: "test")
        machine.add(overdue, of: fixture.records[0].key)
        _ = try machine.done(sale)
        #expect(machine.changes.ledger.map(\.kind) == [.expire, .reserve])
        #expect(machine.changes.openAlerts.isEmpty && machine.changes.recoveredRecords.isEmpty)
    }

    @Test("overdue units that are released for a command that is still refused resolve the alert")
    func releasedForRefusedCommand() throws {
        let (fixture, overdue) = overdueFixture()
        var machine = fixture.machine()
        let sale = fixture.reserve(MachineFixture.order, [(0, 6)])
        _ = machine.decide(sale, actor: "test")
        machine.add(overdue, of: fixture.records[0].key)
        #expect(try machine.done(sale).refusal != nil)
        #expect(machine.changes.recoveredRecords.count == 1 && machine.changes.openAlerts.isEmpty)
    }

    @Test("if a batch ends with an undecided command, settleAlerts resolves the alerts of what it released")
    func leftUndecided() {
        let (fixture, _) = overdueFixture()
        var machine = fixture.machine()
        let sale = fixture.reserve(MachineFixture.order, [(0, 6)])
        _ = machine.decide(sale, actor: "test")
        let part = fixture.reservation(1, order: MachineFixture.other, of: 0, 4, expiresIn: -1)
        machine.add(OverdueReservations(reservations: [part], isComplete: false), of: fixture.records[0].key)
        guard case .needsOverdue = machine.decide(sale, actor: "test") else {
            Issue.record("there may be more")
            return
        }
        #expect(machine.changes.recoveredRecords.isEmpty)
        machine.settleAlerts()
        #expect(machine.changes.recoveredRecords.count == 1)
    }

    @Test("a transfer settles the alerts of both records")
    func transfer() throws {
        var fixture = fixture(onHand: 5)
        fixture.stock(1, onHand: 0, point: 1)
        var machine = fixture.machine()
        _ = try machine.done(.move(fixture.transfer(0, 1, 2)))
        #expect(machine.changes.openAlerts.keys.map(\.low) == [0])
        #expect(machine.changes.recoveredRecords.map(\.low) == [1])
    }

    @Test("a refused command neither raises nor resolves alerts")
    func refused() throws {
        let fixture = fixture(onHand: 5)
        var machine = fixture.machine()
        #expect(try machine.done(.batch([fixture.ship(0, 4), fixture.ship(0, 4)])).refusal != nil)
        _ = try machine.done(.move(fixture.receive(1, 1)))
        #expect(machine.changes.openAlerts.isEmpty && machine.changes.resolvedAlerts.isEmpty)
    }
}
