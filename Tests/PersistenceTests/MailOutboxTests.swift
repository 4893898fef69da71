import Domain
import PostgresClient
import TestSupport
import Testing
import UseCases

@testable import Outbox

/// Every alert gets into exactly one digest, whichever mailer gathers it.
struct MailOutboxTests {
    private static let buyers = ["b@example.com", "a@example.com"]

    static func rules(_ recipients: [String] = buyers, window: Duration = .zero) -> DigestRules {
        DigestRules(recipients: recipients, window: window, domain: "shop.example")
    }

    /// Runs a body with an outbox and products in two warehouses; the first `low` records are low.
    static func with(
        _ low: Int, _ body: (PostgresStock, PostgresMailOutbox, [RecordReference]) async throws -> Void
    ) async throws {
        try await PostgresStock.with { stock in
            let skus = (0..<(low + 1) / 2).map { "P\($0)" }
            let records = try await stock.makeCatalogue(skus: skus, warehouses: ["W1", "W2"])
            try await makeLow(records.prefix(low), in: stock)
            try await body(stock, PostgresMailOutbox(client: stock.client), records)
            let violations = try await stock.audit()
            #expect(violations == [])
        }
    }

    static func makeLow(_ records: some Sequence<RecordReference>, in stock: PostgresStock) async throws {
        for record in records {
            let policy = PolicyChange(record: record, reorderPoint: 5, reorderQuantity: 4)
            _ = try await stock.engine.submit(.setPolicy(policy), actor: "test")
        }
    }

    static func receive(_ quantity: Int64, _ record: RecordReference, in stock: PostgresStock) async throws {
        let change = StockChange(record: record, quantity: quantity)
        _ = try await stock.engine.submit(.move(.change(.receive, change)), actor: "test")
    }

    @Test("an alert becomes a digest with its figures, for the sorted recipients, under one Message-ID")
    func oneDigest() async throws {
        try await Self.with(1) { stock, outbox, records in
            #expect(try await outbox.gather(Self.rules()) == 1)
            #expect(try await outbox.gather(Self.rules()) == 0)
            let claim = try #require(try await outbox.claim(lease: .seconds(10)))
            let digest = claim.digest
            #expect(digest.recipients == ["a@example.com", "b@example.com"] && digest.pending == digest.recipients)
            #expect(digest.messageID == "<\(digest.id)@shop.example>" && digest.attempts == 0)
            let line = try #require(digest.lines.first)
            #expect(digest.lines.count == 1 && line.sku == records[0].sku)
            #expect(line.warehouseCode.description == "W1" && line.warehouseName == "W1" && line.productName == "P0")
            #expect(line.quantityAvailable == 0 && line.reorderPoint == 5 && line.suggestedQuantity == 8)
            #expect(line.unitPrice == Money(hundredths: 1_999) && line.resolvedAt == nil)
            let other = try await outbox.claim(lease: .seconds(10))
            #expect(other == nil, "the digest is claimed")
        }
    }

    @Test("warehouses with their own recipients get their own digests; alerts without recipients wait")
    func audiences() async throws {
        try await Self.with(6) { stock, outbox, _ in
            let code = try #require(WarehouseCode("W2"))
            let patch = WarehousePatch(alertRecipients: ["w2@example.com", "w2@example.com"])
            _ = try await stock.catalogue.updateWarehouse(code, patch)
            let withoutDefault = Self.rules([])
            #expect(try await outbox.backlog(withoutDefault).alertsWithoutRecipients == 3)
            #expect(try await outbox.gather(withoutDefault) == 1)
            let first = try #require(try await outbox.claim(lease: .seconds(10))).digest
            #expect(first.recipients == ["w2@example.com"] && first.lines.count == 3)
            #expect(first.lines.allSatisfy { $0.warehouseCode == code })
            let backlog = try await outbox.backlog(withoutDefault)
            #expect(backlog.alerts == 3 && backlog.alertsWithoutRecipients == 3 && backlog.queuedDigests == 1)
            #expect(try await outbox.gather(Self.rules()) == 1)
            let second = try #require(try await outbox.claim(lease: .seconds(10))).digest
            #expect(second.lines.count == 3)
        }
    }

    @Test("alerts within the window of a digest wait for its end, and the backlog says how long")
    func window() async throws {
        try await Self.with(1) { stock, outbox, records in
            let rules = Self.rules(window: .seconds(600))
            #expect(try await outbox.gather(rules) == 1)
            let claim = try #require(try await outbox.claim(lease: .seconds(10)))
            try await outbox.settle(claim, delivered: Self.buyers, refused: [], .sent)
            try await Self.makeLow(records.dropFirst(), in: stock)
            #expect(try await outbox.gather(rules) == 0)
            let due = try #require(try await outbox.backlog(rules).nextDue)
            #expect(due > .seconds(590) && due <= .seconds(600))
            #expect(try await outbox.gather(Self.rules(["other@example.com"], window: .seconds(600))) == 1)
        }
    }

    @Test("new alerts wait for a digest that no recipient has received, instead of making another")
    func heldBack() async throws {
        try await Self.with(1) { stock, outbox, records in
            _ = try await outbox.gather(Self.rules())
            try await Self.makeLow(records.dropFirst(), in: stock)
            #expect(try await outbox.gather(Self.rules()) == 0)
            var claim = try #require(try await outbox.claim(lease: .seconds(10)))
            try await outbox.settle(
                claim, delivered: [], refused: [], .retry(after: .zero, lastError: "refused", kind: .server))
            #expect(try await outbox.gather(Self.rules()) == 0)
            claim = try #require(try await outbox.claim(lease: .seconds(10)))
            #expect(claim.digest.attempts == 1)
            // One of two recipients has the digest: the other must not hold back new alerts.
            try await outbox.settle(
                claim, delivered: ["a@example.com"], refused: [],
                .retry(after: .seconds(600), lastError: "later", kind: .email))
            #expect(try await outbox.gather(Self.rules()) == 1)
        }
    }

    @Test("another mailer can claim a digest whose claim was not renewed; a late delivery by the first still counts")
    func lease() async throws {
        try await Self.with(1) { stock, outbox, _ in
            _ = try await outbox.gather(Self.rules())
            let first = try #require(try await outbox.claim(lease: .zero))
            let second = try #require(try await outbox.claim(lease: .seconds(60)))
            #expect(first.digest.messageID == second.digest.messageID)
            #expect(try await outbox.renew(first, lease: .seconds(60)) == false)
            #expect(try await outbox.renew(second, lease: .seconds(60)))
            try await outbox.settle(first, delivered: Self.buyers, refused: [], .sent)
            try await outbox.settle(
                second, delivered: [], refused: [], .retry(after: .zero, lastError: "late", kind: .email))
            let sent = try await stock.count("SELECT count(*) FROM outbound_emails WHERE status = 'sent'")
            #expect(sent == 1)
            #expect(try await outbox.claim(lease: .seconds(1)) == nil)
        }
    }

    @Test("recipients that have the digest or were refused are not tried again")
    func parts() async throws {
        try await Self.with(1) { _, outbox, _ in
            let rules = Self.rules(["a@example.com", "b@example.com", "c@example.com"])
            _ = try await outbox.gather(rules)
            let first = try #require(try await outbox.claim(lease: .seconds(10)))
            try await outbox.settle(
                first, delivered: ["a@example.com"], refused: ["b@example.com"],
                .retry(after: .zero, lastError: "451 \u{0} later", kind: .email))
            let second = try #require(try await outbox.claim(lease: .seconds(10)))
            #expect(second.digest.pending == ["c@example.com"] && second.digest.refused == ["b@example.com"])
            try await outbox.release(second)
            let third = try #require(try await outbox.claim(lease: .seconds(10)))
            #expect(third.digest.attempts == 1, "a release does not count as an attempt")
            try await outbox.settle(third, delivered: [], refused: ["c@example.com"], .failed(lastError: "550"))
            #expect(try await outbox.backlog(rules).failedDigests == 1)
        }
    }

    @Test("digests that wait only for the server are due when it recovers; the others keep their time")
    func serverRecovered() async throws {
        try await Self.with(2) { stock, outbox, _ in
            let code = try #require(WarehouseCode("W2"))
            _ = try await stock.catalogue.updateWarehouse(code, WarehousePatch(alertRecipients: ["w2@example.com"]))
            #expect(try await outbox.gather(Self.rules()) == 2)
            for kind in [DeliveryReport.Delay.Kind.server, .email] {
                let claim = try #require(try await outbox.claim(lease: .seconds(10)))
                try await outbox.settle(
                    claim, delivered: [], refused: [], .retry(after: .seconds(600), lastError: "x", kind: kind))
            }
            #expect(try await outbox.claim(lease: .seconds(10)) == nil)
            try await outbox.serverRecovered()
            #expect(try await outbox.claim(lease: .seconds(10)) != nil)
            #expect(try await outbox.claim(lease: .seconds(10)) == nil)
        }
    }

    @Test("no alert waits behind alerts that are held back")
    func noStarvation() async throws {
        try await Self.with(4) { stock, outbox, records in
            let code = try #require(WarehouseCode("W2"))
            _ = try await stock.catalogue.updateWarehouse(code, WarehousePatch(alertRecipients: ["w2@example.com"]))
            // W1's first digest waits for the server, and so do the later alerts of W1.
            try await stock.sql("DELETE FROM alert_deliveries")
            try await Self.receive(20, records[0], in: stock)
            try await Self.makeLowAgain(records[0], in: stock)
            #expect(try await outbox.gather(Self.rules()) == 1)
            let claim = try #require(try await outbox.claim(lease: .seconds(10)))
            try await outbox.settle(
                claim, delivered: [], refused: [], .retry(after: .seconds(600), lastError: "x", kind: .server))
            for record in [records[2], records[0]] {
                try await Self.receive(20, record, in: stock)
                try await Self.makeLowAgain(record, in: stock)
            }
            let narrow = PostgresMailOutbox(client: stock.client, gatheringLimit: 1)
            #expect(try await narrow.gather(Self.rules()) == 0)
            #expect(try await narrow.backlog(Self.rules()).digestsWaitingForServer == 1)
            let due = try #require(try await narrow.backlog(Self.rules()).nextDue)
            #expect(due > .seconds(590), "alerts that are held back are not due")
            try await Self.receive(20, records[1], in: stock)
            try await Self.makeLowAgain(records[1], in: stock)
            #expect(try await narrow.gather(Self.rules()) == 1)
            let other = try #require(try await outbox.claim(lease: .seconds(10)))
            #expect(other.digest.recipients == ["w2@example.com"])
        }
    }

    private static func makeLowAgain(_ record: RecordReference, in stock: PostgresStock) async throws {
        let adjustment = Adjustment(record: record, target: .change(-18), note: Note(reason: "test"))
        _ = try await stock.engine.submit(.move(.adjust(adjustment)), actor: "test")
    }

    @Test("an attempt that is recorded twice counts once, and a mailer that lost its claim changes no state")
    func settledTwice() async throws {
        try await Self.with(1) { stock, outbox, _ in
            _ = try await outbox.gather(Self.rules())
            let first = try #require(try await outbox.claim(lease: .zero))
            let second = try #require(try await outbox.claim(lease: .seconds(60)))
            for _ in 0..<2 {
                try await outbox.settle(
                    second, delivered: [], refused: ["a@example.com", "b@example.com"], .failed(lastError: "550"))
            }
            try await outbox.settle(
                first, delivered: ["a@example.com"], refused: [], .retry(after: .zero, lastError: "x", kind: .email))
            let failed = try #require(try await outbox.failedDigests().first)
            #expect(failed.attempts == 1 && failed.lastError == "550" && failed.missing == ["b@example.com"])
            // Requeued to a new recipient: the late delivery to all old recipients is no longer complete.
            _ = try await outbox.requeue(nil, to: ["new@example.com"])
            try await outbox.settle(first, delivered: ["a@example.com", "b@example.com"], refused: [], .sent)
            let third = try #require(try await outbox.claim(lease: .seconds(60)))
            #expect(third.digest.pending == ["new@example.com"])
        }
    }

    @Test("an email dated in the future holds back no alerts, and a NULL address does not count")
    func oddities() async throws {
        try await Self.with(1) { stock, outbox, records in
            let rules = Self.rules(window: .seconds(600))
            _ = try await outbox.gather(rules)
            let claim = try #require(try await outbox.claim(lease: .seconds(10)))
            try await outbox.settle(claim, delivered: claim.digest.pending, refused: [], .sent)
            try await stock.sql("UPDATE outbound_emails SET created_at = now() + interval '1 hour'")
            try await stock.sql("UPDATE warehouses SET alert_recipients = ARRAY[NULL]::text[] WHERE code = 'W2'")
            try await Self.makeLow(records.dropFirst(), in: stock)
            #expect(try await outbox.gather(rules) == 1)
            #expect(try await outbox.claim(lease: .seconds(10))?.digest.recipients == Self.buyers.sorted())
        }
    }

    @Test("a record that falls low twice has two alerts to mail, and the first one's suggestion is withdrawn")
    func twice() async throws {
        try await Self.with(1) { stock, outbox, records in
            let adjust = { (units: Int64) async throws in
                let adjustment = Adjustment(
                    record: records[0], target: .change(units), note: Note(reason: "test"))
                _ = try await stock.engine.submit(.move(.adjust(adjustment)), actor: "test")
            }
            try await Self.receive(20, records[0], in: stock)
            try await adjust(-15)
            try await adjust(-2)
            try await Self.receive(20, records[0], in: stock)
            try await adjust(-19)
            // The first line is the new record's alert, from before the first receipt.
            #expect(try await outbox.gather(Self.rules()) == 1)
            let digest = try #require(try await outbox.claim(lease: .seconds(10))).digest
            #expect(digest.lines.map(\.quantityAvailable) == [0, 5, 4])
            #expect(digest.lines.map { $0.resolvedAt != nil } == [true, true, false])
            let states = try await stock.count(
                "SELECT count(*) FILTER (WHERE status = 'withdrawn') * 10 + count(*) FILTER (WHERE status = 'open') FROM purchase_order_suggestions"
            )
            #expect(states == 21)
        }
    }
}
