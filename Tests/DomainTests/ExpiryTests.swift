import Domain
import Testing

/// Overdue reservations never block a command: the machine releases them when units are short.
struct ExpiryTests {
    private func shortFixture() -> MachineFixture {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: 6, reserved: 6, version: 5)
        return fixture
    }

    private func overdue(_ fixture: MachineFixture, _ numbers: ClosedRange<UInt64>) -> [Reservation] {
        numbers.map { fixture.reservation($0, order: MachineFixture.other, of: 0, 1, expiresIn: -10 + Int64($0)) }
    }

    @Test("overdue reservations are released slice by slice, only until there are enough units")
    func slices() throws {
        let fixture = shortFixture()
        let key = fixture.records[0].key
        let all = overdue(fixture, 1...6)
        var machine = fixture.machine()
        let ship = Command.move(fixture.ship(0, 3))
        var slices = 0
        while case .needsOverdue(let keys) = machine.decide(ship, actor: "test") {
            #expect(keys == [key])
            machine.add(
                OverdueReservations(reservations: Array(all[slices * 2..<slices * 2 + 2]), isComplete: false), of: key)
            slices += 1
            if slices > 3 { break }
        }
        #expect(slices == 2)
        #expect(machine.changes.ledger.map(\.kind) == [.expire, .expire, .expire, .expire, .ship])
        #expect(machine.changes.changedReservations == Set(all.prefix(4).map(\.id)))
        #expect(machine.record(key)?.quantityReserved == 2)
    }

    @Test("an empty last slice ends the search")
    func emptySlice() throws {
        let fixture = shortFixture()
        let key = fixture.records[0].key
        var machine = fixture.machine()
        let ship = Command.move(fixture.ship(0, 3))
        _ = machine.decide(ship, actor: "test")
        machine.add(OverdueReservations(reservations: [], isComplete: false), of: key)
        guard case .needsOverdue([key]) = machine.decide(ship, actor: "test") else {
            Issue.record("not asked again")
            return
        }
        machine.add(OverdueReservations(reservations: [], isComplete: true), of: key)
        #expect(try machine.done(ship).refusal?.shortage?.available == 0)
        // The machine now knows that the record has no overdue units: it does not ask for them again.
        #expect(try machine.done(fixture.reserve(MachineFixture.order, [(0, 1)])).refusal != nil)
        #expect(machine.changes.isEmpty)
    }

    @Test("the expected version is compared with the version before the command's own expiries")
    func ownExpiry() throws {
        let fixture = shortFixture()
        let key = fixture.records[0].key
        for command in [Command.move(fixture.ship(0, 2, version: 5)), .batch([fixture.ship(0, 2, version: 5)])] {
            var machine = fixture.machine()
            _ = machine.decide(command, actor: "test")
            machine.add(OverdueReservations(reservations: overdue(fixture, 1...1), isComplete: false), of: key)
            // A further slice: the command is decided again after its first expiry.
            _ = machine.decide(command, actor: "test")
            machine.add(OverdueReservations(reservations: overdue(fixture, 2...2), isComplete: true), of: key)
            #expect(try machine.done(command).refusal == nil)
        }
    }

    @Test("an expected version that another caller's change made stale stays refused, even after expiries")
    func foreignChange() throws {
        let fixture = shortFixture()
        let key = fixture.records[0].key
        var machine = fixture.machine()
        machine.add(OverdueReservations(reservations: overdue(fixture, 1...2), isComplete: true), of: key)
        _ = try machine.done(.move(fixture.ship(0, 1)))
        #expect(machine.record(key)?.version == 8)
        #expect(try machine.done(.move(fixture.ship(0, 1, version: 5))).refusal == .versionConflict(currentVersion: 8))
        #expect(try machine.done(.move(fixture.ship(0, 1, version: 8))).refusal == nil)
    }

    @Test("expiring several records counts what was released and tells whether there is more")
    func sweep() throws {
        var fixture = shortFixture()
        fixture.stock(1, onHand: 3, reserved: 1)
        let keys = [fixture.records[0].key, fixture.records[1].key]
        let command = Command.expire([fixture.records[0], fixture.records[1], fixture.records[2]])
        var machine = fixture.machine()
        guard case .needsOverdue(let asked) = machine.decide(command, actor: "sweeper") else {
            Issue.record("not asked")
            return
        }
        #expect(Set(asked) == Set(keys))
        machine.add(OverdueReservations(reservations: overdue(fixture, 1...2), isComplete: false), of: keys[0])
        let other = fixture.reservation(9, order: MachineFixture.order, of: 1, 1, expiresIn: 0)
        machine.add(OverdueReservations(reservations: [other], isComplete: true), of: keys[1])
        #expect(try machine.done(command, actor: "sweeper") == .success(.expired(count: 3, isComplete: false)))
        #expect(machine.changes.ledger.map(\.actor) == ["sweeper", "sweeper", "sweeper"])
        // The same command again in the same batch releases nothing twice.
        #expect(try machine.done(command, actor: "sweeper") == .success(.expired(count: 0, isComplete: false)))
        #expect(machine.changes.ledger.count == 3)
    }

    @Test("a reservation that an earlier command of the batch resolved is not released again")
    func resolvedBefore() throws {
        var fixture = shortFixture()
        let held = overdue(fixture, 1...2)
        fixture.facts.orders[MachineFixture.other] = held
        let key = fixture.records[0].key
        var machine = fixture.machine()
        #expect(try machine.done(.release(MachineFixture.other)).refusal == nil)
        #expect(machine.changes.ledger.map(\.kind) == [.expire, .expire])
        machine.add(OverdueReservations(reservations: held, isComplete: true), of: key)
        #expect(try machine.done(.move(fixture.ship(0, 3))).refusal?.shortage?.available == 2)
        #expect(machine.changes.ledger.count == 2)
        #expect(machine.record(key)?.quantityReserved == 4)
    }
}
