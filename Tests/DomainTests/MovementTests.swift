import Domain
import Testing

struct MovementTests {
    @Test("a receive into a warehouse without the product creates the record, with version 1 and one row")
    func creates() throws {
        let fixture = MachineFixture()
        var machine = fixture.machine()
        let change = try #require(try machine.done(.move(fixture.receive(0, 5, version: 0))).change)
        #expect(change.oldQuantity == 0 && change.newQuantity == 5 && change.version == 1)
        let record = try #require(machine.record(fixture.records[0].key))
        #expect(record.id == change.inventoryID && record.version == 1 && record.quantityOnHand == 5)
        #expect(machine.changes.createdRecords == [record.key])
        #expect(machine.changes.loadedVersions.isEmpty)
        #expect(machine.changes.ledger.map(\.id) == [change.transactionID])
    }

    @Test("a count that equals on hand writes nothing, even without a record")
    func emptyCount() throws {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: 7, version: 3)
        var machine = fixture.machine()
        let found = try #require(try machine.done(.move(fixture.adjust(0, .count(7)))).change)
        #expect(found.transactionID == nil && found.version == 3 && found.inventoryID != nil)
        let none = try #require(try machine.done(.move(fixture.adjust(1, .count(0)))).change)
        #expect(none.transactionID == nil && none.version == 0 && none.inventoryID == nil)
        #expect(machine.changes.isEmpty)
    }

    @Test("a count below the reserved quantity is refused as a shortage of the difference to on hand")
    func countBelowReserved() throws {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: 10, reserved: 6)
        var machine = fixture.machine()
        machine.add(OverdueReservations(reservations: [], isComplete: true), of: fixture.records[0].key)
        let refusal = try #require(try machine.done(.move(fixture.adjust(0, .count(5)))).refusal)
        #expect(refusal.shortage?.available == 4 && refusal.shortage?.requested == 5)
        #expect(try machine.done(.move(fixture.adjust(0, .count(6)))).change?.newQuantity == 6)
    }

    @Test("without a record, every command that takes units is refused with 0 available and no record id")
    func noRecord() throws {
        let fixture = MachineFixture()
        var machine = fixture.machine()
        let commands: [Command] = [
            .move(fixture.ship(0, 3)), .move(fixture.adjust(0, .change(-3))), .move(fixture.transfer(0, 1, 3)),
            fixture.reserve(MachineFixture.order, [(0, 1), (0, 2)]),
        ]
        for command in commands {
            let shortage = try #require(try machine.done(command).refusal?.shortage)
            #expect(shortage.inventoryID == nil && shortage.available == 0 && shortage.requested == 3)
        }
        #expect(machine.changes.isEmpty)
        #expect(machine.record(fixture.records[0].key) == nil && machine.record(fixture.records[1].key) == nil)
    }

    @Test("a stale expected version is refused with the current one, which is 0 without a record")
    func versions() throws {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: 7, version: 3)
        var machine = fixture.machine()
        #expect(try machine.done(.move(fixture.ship(0, 1, version: 2))).refusal == .versionConflict(currentVersion: 3))
        #expect(
            try machine.done(.move(fixture.receive(1, 1, version: 1))).refusal == .versionConflict(currentVersion: 0))
        #expect(try machine.done(.move(fixture.ship(0, 1, version: 3))).change?.version == 4)
        #expect(try machine.done(.move(fixture.ship(0, 1, version: 3))).refusal == .versionConflict(currentVersion: 4))
        #expect(
            try machine.done(.move(fixture.adjust(0, .count(5), version: 3))).refusal
                == .versionConflict(currentVersion: 4))
    }

    @Test(
        "each kind of change writes its own type of row by its own sign, and minds the archive as its rules say",
        arguments: ChangeKind.allCases)
    func kinds(kind: ChangeKind) throws {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: 9)
        var machine = fixture.machine()
        let record = fixture.records[0]
        let movement = Movement.change(kind, StockChange(record: record, quantity: 4))
        #expect(try machine.done(.move(movement)).change?.newQuantity == 9 + kind.sign * 4)
        #expect(machine.changes.ledger.map(\.kind) == [kind.ledgerKind])
        #expect(machine.changes.ledger.map(\.quantityChange) == [kind.sign * 4])
        fixture.facts.archivedProducts = [record.key.product]
        machine = fixture.machine()
        let refusal = try machine.done(.batch([fixture.adjust(0, .change(1)), movement])).refusal
        #expect(refusal == (kind.forbidsArchived ? .operation(index: 1, .archived(.product(record.sku))) : nil))
    }

    @Test("kinds of movements have names of their own, by which they are found, and types of rows of their own")
    func names() {
        let kinds = MovementKind.allCases
        #expect(kinds.compactMap { MovementKind(rawValue: $0.rawValue) } == kinds)
        #expect(MovementKind(rawValue: "reserve") == nil)
        #expect(Set(ChangeKind.allCases.map(\.ledgerKind)).count == ChangeKind.allCases.count)
    }

    @Test("a transfer writes a row for both records and keeps the sum of their units")
    func transfers() throws {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: 7)
        var machine = fixture.machine()
        guard case .success(.moved(.transferred(let outcome))) = try machine.done(.move(fixture.transfer(0, 1, 7)))
        else {
            Issue.record("no transfer")
            return
        }
        #expect(machine.changes.ledger.map(\.id) == [outcome.transactionOut, outcome.transactionIn])
        #expect(machine.changes.ledger.map(\.kind) == [.transferOut, .transferIn])
        #expect(machine.changes.ledger.map(\.quantityChange) == [-7, 7])
        #expect(machine.record(fixture.records[1].key)?.quantityOnHand == 7)
    }

    @Test("an archived product or warehouse cannot be received into or reserved from; everything else is allowed")
    func archived() throws {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: 9)
        fixture.facts.archivedProducts = [fixture.records[0].key.product]
        var machine = fixture.machine()
        #expect(try machine.done(.move(fixture.receive(0, 1))).refusal == .archived(.product(fixture.records[0].sku)))
        let reserve = fixture.reserve(MachineFixture.order, [(0, 1)])
        #expect(try machine.done(reserve).refusal == .archived(.product(fixture.records[0].sku)))
        let others: [Command] = [
            .move(fixture.ship(0, 1)), .move(fixture.adjust(0, .change(2))), .move(fixture.transfer(0, 1, 1)),
            fixture.policy(0, point: 3),
        ]
        for command in others { #expect(try machine.done(command).refusal == nil) }
        fixture.facts.archivedProducts = []
        fixture.facts.archivedWarehouses = [fixture.records[1].key.warehouse]
        machine = fixture.machine()
        let code = fixture.records[1].warehouseCode
        #expect(try machine.done(.move(fixture.receive(1, 1))).refusal == .archived(.warehouse(code)))
        let batch = Command.batch([fixture.ship(0, 1), fixture.receive(0, 1), fixture.receive(1, 1)])
        #expect(try machine.done(batch).refusal == .operation(index: 2, .archived(.warehouse(code))))
        #expect(machine.changes.isEmpty)
    }
}
