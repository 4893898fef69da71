import Domain
import Testing
import UseCases

/// How every store treats an order from reserve to its resolution.
@Suite(.serialized)
struct ReservationConformanceTests {
    static let stores = StockFixture.all.map(\.name)

    /// 10 units of the first record, 3 of them reserved for an order.
    private func withOrder(
        _ name: String, _ body: (StockFixture, RecordReference, OrderID) async throws -> Void
    ) async throws {
        let fixture = try #require(StockFixture.all.first { $0.name == name })
        try await fixture.make { fixture in
            let order = StockFixture.order()
            try await fixture.receive(10, fixture.records[0])
            _ = try await fixture.submit(fixture.reserve(3, fixture.records[0], for: order))
            try await body(fixture, fixture.records[0], order)
            let violations = try await fixture.audit()
            #expect(violations == [])
        }
    }

    @Test("a confirm takes the units out exactly once", arguments: stores)
    func confirm(_ name: String) async throws {
        try await withOrder(name) { fixture, record, order in
            for _ in 1...2 {
                try await fixture.expect(.confirm(order), .success(.confirmed(order: order)))
            }
            let state = try await fixture.record(record)
            #expect(state?.quantityOnHand == 7 && state?.quantityReserved == 0)
            try await fixture.expect(.release(order), .failure(.alreadyConfirmed(order)))
            try await fixture.expect(.extend(order, seconds: 5), .failure(.alreadyConfirmed(order)))
        }
    }

    @Test("a release makes the units available exactly once", arguments: stores)
    func release(_ name: String) async throws {
        try await withOrder(name) { fixture, record, order in
            for _ in 1...2 {
                try await fixture.expect(.release(order), .success(.released(order: order)))
            }
            #expect(try await fixture.record(record)?.quantityAvailable == 10)
            #expect(try await fixture.reservations(order).map(\.status.reason) == [.cancelled])
            try await fixture.expect(.confirm(order), .failure(.alreadyReleased(order)))
            try await fixture.expect(.extend(order, seconds: 5), .failure(.alreadyReleased(order)))
        }
    }

    @Test("an unknown order is refused as unknown", arguments: stores)
    func unknown(_ name: String) async throws {
        try await withOrder(name) { fixture, _, _ in
            let other = StockFixture.order()
            for command in [Command.confirm(other), .release(other), .extend(other, seconds: 1)] {
                try await fixture.expect(command, .failure(.unknownOrder(other)))
            }
        }
    }

    @Test("an overdue order can be neither confirmed nor extended; released, it counts as expired", arguments: stores)
    func overdue(_ name: String) async throws {
        try await withOrder(name) { fixture, record, order in
            try await fixture.makeOverdue(order)
            try await fixture.expect(.confirm(order), .failure(.reservationExpired(order)))
            try await fixture.expect(.extend(order, seconds: 60), .failure(.reservationExpired(order)))
            try await fixture.expect(.release(order), .success(.released(order: order)))
            #expect(try await fixture.reservations(order).map(\.status.reason) == [.expired])
            #expect(try await fixture.ledger(record).last?.kind == .expire)
            try await fixture.expect(.confirm(order), .failure(.reservationExpired(order)))
            try await fixture.expect(.release(order), .success(.released(order: order)))
        }
    }

    @Test("units whose reservation has expired are sold without any sweeper", arguments: stores)
    func expiredMeansFree(_ name: String) async throws {
        try await withOrder(name) { fixture, record, order in
            try await fixture.makeOverdue(order)
            _ = try await fixture.submit(fixture.reserve(10, record))
            #expect(try await fixture.reservations(order).map(\.status.reason) == [.expired])
            let state = try await fixture.record(record)
            #expect(state?.quantityReserved == 10 && state?.quantityOnHand == 10)
        }
    }

    @Test("reservations that a command expired stay released although it is refused", arguments: stores)
    func refusedAfterExpiry(_ name: String) async throws {
        try await withOrder(name) { fixture, record, order in
            try await fixture.makeOverdue(order)
            let refused = try await fixture.ask(fixture.reserve(11, record))
            #expect(refused.shortage?.available == 10)
            #expect(try await fixture.reservations(order).map(\.status.reason) == [.expired])
            #expect(try await fixture.record(record)?.quantityReserved == 0)
        }
    }

    @Test("a batch of movements finds overdue units too", arguments: stores)
    func batchAfterExpiry(_ name: String) async throws {
        try await withOrder(name) { fixture, record, order in
            try await fixture.makeOverdue(order)
            _ = try await fixture.submit(
                .batch([
                    .change(.receive, StockChange(record: fixture.records[1], quantity: 1)),
                    .change(.ship, StockChange(record: record, quantity: 10)),
                ]))
            #expect(try await fixture.record(record)?.quantityOnHand == 0)
        }
    }

    @Test("a second call for the same order adds to it, over several records", arguments: stores)
    func addition(_ name: String) async throws {
        try await withOrder(name) { fixture, record, order in
            let other = fixture.records[2]
            try await fixture.receive(4, other)
            _ = try await fixture.submit(fixture.reserve(4, other, for: order))
            #expect(try await fixture.reservations(order).map(\.quantity) == [3, 4])
            _ = try await fixture.submit(.confirm(order))
            #expect(try await fixture.record(record)?.quantityOnHand == 7)
            #expect(try await fixture.record(other)?.quantityOnHand == 0)
        }
    }

    @Test(
        "with nothing pending, the reservation that was resolved last decides the answer for the order",
        arguments: stores)
    func lastResolved(_ name: String) async throws {
        try await withOrder(name) { fixture, record, order in
            _ = try await fixture.submit(.release(order))
            _ = try await fixture.submit(fixture.reserve(1, record, for: order))
            _ = try await fixture.submit(.confirm(order))
            try await fixture.expect(.confirm(order), .success(.confirmed(order: order)))
            try await fixture.expect(.release(order), .failure(.alreadyConfirmed(order)))
        }
    }

    @Test("an extension moves the expiry and nothing else", arguments: stores)
    func extend(_ name: String) async throws {
        try await withOrder(name) { fixture, record, order in
            let before = try await fixture.reservations(order)[0].expiresAt
            guard case .success(.extended(_, let expiresAt)) = try await fixture.ask(.extend(order, seconds: 5_000))
            else {
                Issue.record("not extended")
                return
            }
            #expect(expiresAt > before)
            #expect(try await fixture.reservations(order).map(\.expiresAt) == [expiresAt])
            #expect(try await fixture.record(record)?.version == 2)
        }
    }

    @Test(
        "the sweeper's command releases the overdue reservations of its records and says whether more remain",
        arguments: stores
    )
    func expire(_ name: String) async throws {
        try await withOrder(name) { fixture, record, order in
            #expect(try await fixture.submit(.expire([record])) == .expired(count: 0, isComplete: true))
            try await fixture.makeOverdue(order)
            #expect(try await fixture.submit(.expire([record])) == .expired(count: 1, isComplete: true))
            #expect(try await fixture.record(record)?.quantityReserved == 0)
        }
    }
}

extension Reservation.Status {
    var reason: Reservation.ReleaseReason? {
        if case .released(_, let reason) = self { reason } else { nil }
    }
}
