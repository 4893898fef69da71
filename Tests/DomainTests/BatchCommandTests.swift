import Domain
import Testing

/// `/inventory/batch` is one command, all or nothing; later operations see the effect of earlier ones.
struct BatchCommandTests {
    @Test("later operations see the effect of earlier ones")
    func sequence() throws {
        let fixture = MachineFixture()
        var machine = fixture.machine()
        let batch = Command.batch([
            fixture.receive(0, 5, version: 0), fixture.transfer(0, 1, 5), fixture.ship(1, 5, version: 1),
        ])
        guard case .success(.batch(let outcomes)) = try machine.done(batch) else {
            Issue.record("refused")
            return
        }
        #expect(outcomes.count == 3)
        #expect(machine.changes.ledger.map(\.version) == [1, 2, 1, 2])
    }

    @Test("a batch that is refused in the middle restores everything, including new records and alerts")
    func restores() throws {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: 9, point: 3)
        var machine = fixture.machine()
        _ = try machine.done(.move(fixture.ship(0, 1)))
        let before = machine
        let batch = Command.batch([
            fixture.ship(0, 6), fixture.receive(1, 4), fixture.transfer(1, 2, 2), fixture.ship(0, 3),
        ])
        let refusal = try #require(try machine.done(batch).refusal)
        guard case .operation(index: 3, .insufficientStock(let shortage)) = refusal else {
            Issue.record("\(refusal)")
            return
        }
        #expect(shortage.available == 2 && shortage.requested == 3)
        for reference in fixture.records { #expect(machine.record(reference.key) == before.record(reference.key)) }
        #expect(machine.changes.ledger == before.changes.ledger)
        #expect(machine.changes.createdRecords.isEmpty && machine.changes.openAlerts.isEmpty)
        #expect(machine.changes.loadedVersions == before.changes.loadedVersions)
        // The refused batch does not affect the alerts of the next command either.
        _ = try machine.done(.move(fixture.receive(3, 1)))
        #expect(machine.changes.openAlerts.isEmpty && machine.changes.resolvedAlerts.isEmpty)
    }

    @Test("the refusal of a batch has no id for a record that the batch itself created")
    func discardedRecord() throws {
        let fixture = MachineFixture()
        var machine = fixture.machine()
        let refusal = try #require(try machine.done(.batch([fixture.receive(0, 5), fixture.ship(0, 9)])).refusal)
        #expect(refusal.shortage?.available == 5)
        #expect(refusal.shortage?.inventoryID == nil)
        #expect(machine.changes.isEmpty)
    }

    @Test("alerts depend on the state after the batch, not on the states within it")
    func endState() throws {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: 9, point: 3)
        var machine = fixture.machine()
        _ = try machine.done(.batch([fixture.ship(0, 9), fixture.receive(0, 9)]))
        #expect(machine.changes.openAlerts.isEmpty && machine.changes.resolvedAlerts.isEmpty)
        #expect(machine.changes.recoveredRecords.isEmpty)
        _ = try machine.done(.batch([fixture.receive(0, 9), fixture.ship(0, 9), fixture.ship(0, 7)]))
        let alert = try #require(machine.changes.openAlerts.values.first)
        #expect(alert.quantityAvailable == 2 && alert.suggestedQuantity == 2)
    }

    @Test("overdue units are released in the middle of a batch, and stay released although it is refused")
    func expiry() throws {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: 5, reserved: 4)
        var machine = fixture.machine()
        let batch = Command.batch([fixture.receive(1, 1), fixture.ship(0, 3)])
        guard case .needsOverdue(let keys) = machine.decide(batch, actor: "test") else {
            Issue.record("not asked")
            return
        }
        #expect(keys == [fixture.records[0].key])
        #expect(machine.changes.isEmpty && machine.record(fixture.records[1].key) == nil)
        let overdue = fixture.reservation(1, order: MachineFixture.other, of: 0, 1, expiresIn: -1)
        machine.add(OverdueReservations(reservations: [overdue], isComplete: true), of: keys[0])
        let refusal = try #require(try machine.done(batch).refusal)
        #expect(refusal.shortage?.available == 2)
        #expect(machine.changes.ledger.map(\.kind) == [.expire])
        #expect(machine.changes.createdRecords.isEmpty)
        #expect(machine.changes.changedReservations == [overdue.id])
    }

    @Test("a thousand operations on one record write a thousand rows without a gap")
    func thousand() throws {
        let fixture = MachineFixture()
        var machine = fixture.machine()
        let movements = (0..<1_000).map { $0.isMultiple(of: 2) ? fixture.receive(0, 2) : fixture.ship(0, 1) }
        #expect(try machine.done(.batch(movements)).refusal == nil)
        #expect(machine.changes.ledger.map(\.version) == Array(1...1_000))
        #expect(machine.record(fixture.records[0].key)?.quantityOnHand == 500)
    }
}
