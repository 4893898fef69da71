import Domain
import Testing
import UseCases

/// The rules that every store of stock must follow.
@Suite(.serialized)
struct StockConformanceTests {
    static let stores = StockFixture.all.map(\.name)

    private func with(_ name: String, _ body: (StockFixture) async throws -> Void) async throws {
        let fixture = try #require(StockFixture.all.first { $0.name == name })
        try await fixture.make { fixture in
            try await body(fixture)
            let violations = try await fixture.audit()
            #expect(violations == [])
        }
    }

    @Test("a receive creates the record and writes the first ledger row", arguments: stores)
    func receive(_ name: String) async throws {
        try await with(name) { fixture in
            let record = fixture.records[0]
            let outcome = try await fixture.submit(
                .move(
                    .change(
                        .receive,
                        StockChange(record: record, quantity: 50, note: Note(reason: "delivery", reference: "PO-1")))))
            guard case .moved(.changed(let change)) = outcome else {
                Issue.record("unexpected \(outcome)")
                return
            }
            #expect(change.oldQuantity == 0 && change.newQuantity == 50 && change.version == 1)
            let ledger = try await fixture.ledger(record)
            #expect(ledger.count == 1)
            #expect(ledger[0].kind == .receive && ledger[0].quantityChange == 50 && ledger[0].quantityAfter == 50)
            #expect(ledger[0].id == change.transactionID && ledger[0].actor == "test")
            #expect(ledger[0].reason == "delivery" && ledger[0].reference == "PO-1")
            #expect(try await fixture.record(record)?.quantityOnHand == 50)
        }
    }

    @Test("a return brings units back, under its own type and with its reason", arguments: stores)
    func returned(_ name: String) async throws {
        try await with(name) { fixture in
            let record = fixture.records[0]
            try await fixture.receive(10, record)
            _ = try await fixture.submit(.move(.change(.ship, StockChange(record: record, quantity: 4))))
            let change = StockChange(record: record, quantity: 3, note: Note(reason: "wrong size", reference: "R-1"))
            let outcome = try await fixture.ask(.move(.change(.return, change)))
            #expect(outcome.change?.oldQuantity == 6 && outcome.change?.newQuantity == 9)
            let row = try #require(try await fixture.ledger(record).last)
            #expect(row.kind == .return && row.quantityChange == 3 && row.quantityAfter == 9)
            #expect(row.reason == "wrong size" && row.reference == "R-1")
        }
    }

    @Test("a ship needs what is available, and says how much that is", arguments: stores)
    func ship(_ name: String) async throws {
        try await with(name) { fixture in
            let record = fixture.records[0]
            try await fixture.receive(10, record)
            _ = try await fixture.submit(fixture.reserve(4, record))
            let refused = try await fixture.ask(.move(.change(.ship, StockChange(record: record, quantity: 7))))
            #expect(refused.shortage?.available == 6 && refused.shortage?.requested == 7)
            _ = try await fixture.submit(.move(.change(.ship, StockChange(record: record, quantity: 6))))
            #expect(try await fixture.record(record)?.quantityOnHand == 4)
            let notYetCreated = try await fixture.ask(
                .move(.change(.ship, StockChange(record: fixture.records[1], quantity: 1))))
            #expect(notYetCreated.shortage?.available == 0 && notYetCreated.shortage?.inventoryID == nil)
        }
    }

    @Test("an adjustment sets a change or a count, never below the reserved quantity", arguments: stores)
    func adjust(_ name: String) async throws {
        try await with(name) { fixture in
            let record = fixture.records[0]
            func adjust(_ target: Adjustment.Target) -> Command {
                .move(.adjust(Adjustment(record: record, target: target, note: Note(reason: "stocktaking"))))
            }
            #expect(try await fixture.ask(adjust(.count(0))).change?.transactionID == nil)
            #expect(try await fixture.record(record) == nil)
            #expect(try await fixture.ask(adjust(.change(8))).change?.newQuantity == 8)
            _ = try await fixture.submit(fixture.reserve(5, record))
            #expect(try await fixture.ask(adjust(.change(-4))).shortage?.requested == 4)
            #expect(try await fixture.ask(adjust(.count(4))).shortage?.requested == 4)
            #expect(try await fixture.ask(adjust(.count(5))).change?.newQuantity == 5)
            let same = try await fixture.ask(adjust(.count(5)))
            #expect(same.change?.transactionID == nil && same.change?.version == 3)
        }
    }

    @Test("a transfer moves units in one step and creates its destination", arguments: stores)
    func transfer(_ name: String) async throws {
        try await with(name) { fixture in
            let (from, to) = (fixture.records[0], fixture.records[1])
            try await fixture.receive(10, from)
            _ = try await fixture.submit(.move(.transfer(Transfer(source: from, destination: to, quantity: 10))))
            #expect(try await fixture.record(from)?.quantityOnHand == 0)
            #expect(try await fixture.record(to)?.quantityOnHand == 10)
            #expect(try await fixture.ledger(from).last?.kind == .transferOut)
            #expect(try await fixture.ledger(to).last?.kind == .transferIn)
            let short = try await fixture.ask(.move(.transfer(Transfer(source: from, destination: to, quantity: 1))))
            #expect(short.shortage?.available == 0)
        }
    }

    @Test("a batch is applied as a whole or not at all, and later operations see earlier ones", arguments: stores)
    func batch(_ name: String) async throws {
        try await with(name) { fixture in
            let (first, second) = (fixture.records[0], fixture.records[1])
            let good = try await fixture.submit(
                .batch([
                    .change(.receive, StockChange(record: first, quantity: 5)),
                    .transfer(Transfer(source: first, destination: second, quantity: 3)),
                    .change(.ship, StockChange(record: second, quantity: 3)),
                ]))
            guard case .batch(let outcomes) = good else {
                Issue.record("unexpected \(good)")
                return
            }
            #expect(outcomes.count == 3)
            let refused = try await fixture.ask(
                .batch([
                    .change(.receive, StockChange(record: first, quantity: 100)),
                    .change(.ship, StockChange(record: second, quantity: 1)),
                ]))
            guard case .failure(.operation(index: 1, .insufficientStock)) = refused else {
                Issue.record("unexpected \(refused)")
                return
            }
            #expect(try await fixture.record(first)?.quantityOnHand == 2)
        }
    }

    @Test("items of one record count together, and a reserve takes all or nothing", arguments: stores)
    func reserveTogether(_ name: String) async throws {
        try await with(name) { fixture in
            let (first, second) = (fixture.records[0], fixture.records[2])
            try await fixture.receive(5, first)
            try await fixture.receive(5, second)
            let order = StockFixture.order()
            let refused = try await fixture.ask(
                .reserve(
                    ReserveOrder(
                        orderID: order,
                        items: [
                            .init(record: second, quantity: 1), .init(record: first, quantity: 3),
                            .init(record: first, quantity: 3),
                        ], seconds: 600)))
            #expect(refused.shortage?.available == 5 && refused.shortage?.requested == 6)
            #expect(try await fixture.reservations(order) == [])
            _ = try await fixture.submit(
                .reserve(
                    ReserveOrder(
                        orderID: order,
                        items: [.init(record: first, quantity: 3), .init(record: first, quantity: 2)], seconds: 600)))
            #expect(try await fixture.reservations(order).map(\.quantity) == [3, 2])
            #expect(try await fixture.record(first)?.quantityAvailable == 0)
        }
    }

    @Test("a version that is not the current one is a conflict", arguments: stores)
    func expectedVersion(_ name: String) async throws {
        try await with(name) { fixture in
            let record = fixture.records[0]
            try await fixture.receive(5, record)
            let stale = try await fixture.ask(
                .move(.change(.ship, StockChange(record: record, quantity: 1, expectedVersion: 0))))
            #expect(stale == .failure(.versionConflict(currentVersion: 1)))
            let fresh = try await fixture.ask(
                .move(.change(.ship, StockChange(record: record, quantity: 1, expectedVersion: 1))))
            #expect(fresh.change?.version == 2)
        }
    }

    @Test("an archived product can be neither received nor reserved; everything else still works", arguments: stores)
    func archived(_ name: String) async throws {
        try await with(name) { fixture in
            let record = fixture.records[0]
            try await fixture.receive(5, record)
            try await fixture.archive(record)
            let refusal = Result<Outcome, StockRefusal>.failure(.archived(.product(record.sku)))
            try await fixture.expect(.move(.change(.receive, StockChange(record: record, quantity: 1))), refusal)
            try await fixture.expect(.move(.change(.return, StockChange(record: record, quantity: 1))), refusal)
            try await fixture.expect(fixture.reserve(1, record), refusal)
            #expect(
                try await fixture.ask(.move(.change(.ship, StockChange(record: record, quantity: 1)))).change?
                    .newQuantity == 4)
        }
    }

    @Test("the quantity on hand never exceeds 2^53 - 1", arguments: stores)
    func highest(_ name: String) async throws {
        try await with(name) { fixture in
            let record = fixture.records[0]
            let count = Command.move(
                .adjust(Adjustment(record: record, target: .count(Quantity.highest), note: Note(reason: "count"))))
            #expect(try await fixture.ask(count).change?.newQuantity == Quantity.highest)
            let more = try await fixture.ask(.move(.change(.receive, StockChange(record: record, quantity: 1))))
            #expect(more == .failure(.quantityTooHigh(record)))
        }
    }

    @Test("a policy writes a ledger row when it changes a record, but not when it creates one", arguments: stores)
    func policy(_ name: String) async throws {
        try await with(name) { fixture in
            let record = fixture.records[0]
            func policy(_ point: Int64) -> Command {
                .setPolicy(PolicyChange(record: record, reorderPoint: point, reorderQuantity: 20))
            }
            guard case .success(.policy(let made, created: true)) = try await fixture.ask(policy(5)) else {
                Issue.record("not created")
                return
            }
            #expect(made.version == 0 && made.quantityOnHand == 0 && made.isLowStock)
            #expect(try await fixture.ledger(record) == [])
            guard case .success(.policy(let changed, created: false)) = try await fixture.ask(policy(7)) else {
                Issue.record("not changed")
                return
            }
            #expect(changed.version == 1 && changed.reorderPoint == 7)
            #expect(try await fixture.ledger(record).map(\.kind) == [.policy])
            _ = try await fixture.submit(policy(7))
            #expect(try await fixture.record(record)?.version == 1)
        }
    }
}

extension Result<Outcome, StockRefusal> {
    var shortage: StockRefusal.Shortage? {
        if case .failure(let refusal) = self { refusal.shortage } else { nil }
    }

    var change: ChangeOutcome? {
        if case .success(.moved(.changed(let change))) = self { change } else { nil }
    }
}
