import Domain
import Testing

/// The state of an order decides what confirm, release and extend return.
struct OrderStateTests {
    enum Kind: String {
        case pending, overdue, confirmed, cancelled, expired
    }

    /// The reservations of an order, in the order in which they were resolved, and the three expected results.
    struct Case: Sendable, CustomTestStringConvertible {
        let kinds: [Kind]
        let confirm: String
        let release: String
        let extend: String
        var testDescription: String { kinds.map(\.rawValue).joined(separator: ", ") }

        init(_ kinds: [Kind], confirm: String, release: String, extend: String) {
            self.kinds = kinds
            self.confirm = confirm
            self.release = release
            self.extend = extend
        }
    }

    static let table: [Case] = [
        Case([], confirm: "unknown order", release: "unknown order", extend: "unknown order"),
        Case([.pending], confirm: "confirmed", release: "released", extend: "extended"),
        Case([.overdue], confirm: "expired", release: "released", extend: "expired"),
        Case([.pending, .overdue], confirm: "expired", release: "released", extend: "expired"),
        Case([.confirmed], confirm: "confirmed", release: "already confirmed", extend: "already confirmed"),
        Case([.cancelled], confirm: "already released", release: "released", extend: "already released"),
        Case([.expired], confirm: "expired", release: "released", extend: "expired"),
        // With a pending reservation, the resolved ones do not matter.
        Case([.confirmed, .pending], confirm: "confirmed", release: "released", extend: "extended"),
        Case([.cancelled, .pending], confirm: "confirmed", release: "released", extend: "extended"),
        Case([.expired, .pending], confirm: "confirmed", release: "released", extend: "extended"),
        Case([.confirmed, .overdue], confirm: "expired", release: "released", extend: "expired"),
        // Without a pending reservation, the one that was resolved last decides.
        Case([.expired, .confirmed], confirm: "confirmed", release: "already confirmed", extend: "already confirmed"),
        Case(
            [.cancelled, .confirmed], confirm: "confirmed", release: "already confirmed", extend: "already confirmed"),
        Case([.confirmed, .cancelled], confirm: "already released", release: "released", extend: "already released"),
        Case([.expired, .cancelled], confirm: "already released", release: "released", extend: "already released"),
        Case([.confirmed, .expired], confirm: "expired", release: "released", extend: "expired"),
        Case([.cancelled, .expired], confirm: "expired", release: "released", extend: "expired"),
    ]

    @Test(
        "pending reservations decide what confirm, release and extend return, else the one that was resolved last",
        arguments: table)
    func answers(_ row: Case) throws {
        let orders = [
            (Command.confirm(MachineFixture.order), row.confirm), (.release(MachineFixture.order), row.release),
            (.extend(MachineFixture.order, seconds: 60), row.extend),
        ]
        // With ids in either order, because the time decides and not the id.
        for isReversed in [false, true] {
            for (command, expected) in orders {
                var machine = fixture(row.kinds, isReversed).machine()
                let answer = describe(try machine.done(command))
                #expect(answer.hasPrefix(expected), "\(command)")
                // The same command again returns the same, unless the first one changed something.
                let again = describe(try machine.done(command))
                if machine.changes.isEmpty || !answer.hasPrefix("expired") { #expect(again == answer, "\(command)") }
                if !row.kinds.contains(.pending), !row.kinds.contains(.overdue) {
                    #expect(machine.changes.isEmpty, "\(command)")
                }
            }
        }
    }

    private func fixture(_ kinds: [Kind], _ isReversed: Bool) -> MachineFixture {
        var fixture = MachineFixture()
        let held = Int64(kinds.count { $0 == .pending || $0 == .overdue })
        fixture.stock(0, onHand: 10, reserved: held * 2)
        fixture.facts.orders[MachineFixture.order] = kinds.enumerated().map { index, kind in
            let at = Instant(milliseconds: 1_000 + Int64(index))
            let status: Reservation.Status =
                switch kind {
                case .pending, .overdue: .pending
                case .confirmed: .confirmed(at: at)
                case .cancelled: .released(at: at, .cancelled)
                case .expired: .released(at: at, .expired)
                }
            let number = UInt64(isReversed ? 100 - index : index)
            return fixture.reservation(
                number, order: MachineFixture.order, of: 0, 2, expiresIn: kind == .overdue ? 0 : 60, status: status)
        }
        return fixture
    }

    @Test("releasing an order cancels its pending reservations and expires its overdue ones")
    func mixedRelease() throws {
        var machine = fixture([.pending, .overdue], false).machine()
        #expect(try machine.done(.release(MachineFixture.order)).refusal == nil)
        #expect(machine.changes.ledger.map(\.kind) == [.release, .expire])
        let statuses = [0, 1].map { machine.reservation(ReservationID(high: 0xD, low: $0))?.status }
        #expect(
            statuses == [.released(at: MachineFixture.now, .cancelled), .released(at: MachineFixture.now, .expired)])
        #expect(machine.record(MachineFixture().records[0].key)?.quantityReserved == 0)
    }

    @Test("a reservation that expired in the same instant does not decide the order's state", arguments: [true, false])
    func sameInstant(_ isConfirmed: Bool) throws {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: 2, reserved: 2)
        fixture.stock(1, onHand: 2, reserved: 2)
        // The newer one expires earlier.
        let held = [
            fixture.reservation(1, order: MachineFixture.order, of: 1, 2, expiresIn: 60),
            fixture.reservation(2, order: MachineFixture.order, of: 0, 2, expiresIn: -1),
        ]
        fixture.facts.orders[MachineFixture.order] = held
        var machine = fixture.machine()
        machine.add(OverdueReservations(reservations: [held[1]], isComplete: true), of: fixture.records[0].key)
        // Another command needs the overdue units; then the order is confirmed or released.
        #expect(try machine.done(.move(fixture.ship(0, 1))).refusal == nil)
        let command = isConfirmed ? Command.confirm(MachineFixture.order) : .release(MachineFixture.order)
        #expect(try machine.done(command).refusal == nil)
        #expect(
            describe(try machine.done(.confirm(MachineFixture.order)))
                == (isConfirmed ? "confirmed" : "already released"))
        let released = describe(try machine.done(.release(MachineFixture.order)))
        #expect(released == (isConfirmed ? "already confirmed" : "released"))
    }

    @Test("an order with records that are not locked needs them first, and nothing has changed")
    func needsRecords() throws {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: 5, reserved: 2)
        fixture.facts.orders[MachineFixture.order] = [
            fixture.reservation(1, order: MachineFixture.order, of: 0, 2),
            fixture.reservation(2, order: MachineFixture.order, of: 1, 3),
            fixture.reservation(3, order: MachineFixture.order, of: 2, 3, status: .confirmed(at: MachineFixture.now)),
        ]
        for command in [Command.confirm(MachineFixture.order), .release(MachineFixture.order)] {
            var machine = fixture.machine()
            guard case .needsRecords(let references) = machine.decide(command, actor: "test") else {
                Issue.record("not asked")
                return
            }
            #expect(references == [fixture.records[1]])
            #expect(machine.changes.isEmpty)
        }
    }

    @Test("a batch can confirm, extend and release its own reservations; each is saved once, in its final state")
    func ownReservations() throws {
        var fixture = MachineFixture()
        fixture.stock(0, onHand: 9)
        fixture.facts.orders[MachineFixture.order] = []
        var machine = fixture.machine()
        let reserve = fixture.reserve(MachineFixture.order, [(0, 2), (0, 3)])
        guard case .success(.reserved(_, let ids, _)) = try machine.done(reserve) else { return }
        #expect(try machine.done(.extend(MachineFixture.order, seconds: 60)).refusal == nil)
        #expect(machine.reservation(ids[0])?.expiresAt == MachineFixture.now.adding(seconds: 60))
        #expect(try machine.done(.confirm(MachineFixture.order)).refusal == nil)
        #expect(machine.changes.createdReservations == ids)
        #expect(machine.changes.changedReservations.isEmpty)
        #expect(machine.reservation(ids[1])?.status == .confirmed(at: MachineFixture.now))
        let record = machine.record(fixture.records[0].key)
        #expect(record?.quantityOnHand == 4 && record?.quantityReserved == 0 && record?.version == 5)
    }
}
