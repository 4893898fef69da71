import Domain
import Outbox
import TestSupport
import Testing
import UseCases

/// Reads of alerts and suggestions, and the decisions on them.
struct AlertStoreTests {
    private static func with(
        low: Int, _ body: (PostgresStock, PostgresAlertStore, [RecordReference]) async throws -> Void
    ) async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: (0..<low).map { "P\($0)" }, warehouses: ["W1"])
            for record in records {
                let policy = PolicyChange(record: record, reorderPoint: 5, reorderQuantity: 4)
                _ = try await stock.engine.submit(.setPolicy(policy), actor: "test")
            }
            try await body(stock, PostgresAlertStore(client: stock.client, lookups: stock.client), records)
            let violations = try await stock.audit()
            #expect(violations == [])
        }
    }

    private static let page = PageRequest(limit: 50)

    @Test("an alert shows its record, its suggestion and the state of its email")
    func shown() async throws {
        try await Self.with(low: 1) { stock, store, records in
            let outbox = PostgresMailOutbox(client: stock.client)
            let rules = DigestRules(recipients: ["a@example.com"], window: .zero, domain: "shop.example")
            let queued = try #require(try await store.alerts(status: nil, page: Self.page).items.first)
            #expect(queued.sku == records[0].sku && queued.status == .open && queued.quantityAvailable == 0)
            #expect(queued.delivery == .init(state: .queued, attempts: 0, sentAt: nil, messageID: nil, lastError: nil))
            _ = try await outbox.gather(rules)
            let claim = try #require(try await outbox.claim(lease: .seconds(10)))
            try await outbox.settle(
                claim, delivered: [], refused: [], .retry(after: .zero, lastError: "451 later", kind: .email))
            let retried = try #require(try await store.alerts(status: .open, page: Self.page).items.first)
            #expect(retried.delivery.state == .queued && retried.delivery.attempts == 1)
            #expect(retried.delivery.lastError == "451 later")
            #expect(retried.delivery.messageID == claim.digest.messageID)
            let again = try #require(try await outbox.claim(lease: .seconds(10)))
            try await outbox.settle(again, delivered: ["a@example.com"], refused: [], .sent)
            let sent = try #require(try await store.alerts(status: .open, page: Self.page).items.first)
            #expect(sent.delivery.state == .sent && sent.delivery.attempts == 2 && sent.delivery.sentAt != nil)
            let suggestion = try #require(try await store.suggestions(status: .open, page: Self.page).items.first)
            #expect(suggestion.id == sent.suggestionID && suggestion.alertID == sent.id && suggestion.quantity == 8)
            #expect(suggestion.unitPrice == Money(hundredths: 1_999) && suggestion.decidedAt == nil)
        }
    }

    @Test("both lists are paged newest first without a gap, also by status")
    func pages() async throws {
        try await Self.with(low: 7) { stock, store, records in
            var alerts: [AlertView] = []
            var cursor: Cursor?
            repeat {
                let page = try await store.alerts(status: .open, page: PageRequest(limit: 3, cursor: cursor))
                alerts += page.items
                cursor = page.next
            } while cursor != nil
            #expect(Set(alerts.map(\.sku)) == Set(records.map(\.sku)) && alerts.count == records.count)
            #expect(alerts.map(\.createdAt) == alerts.map(\.createdAt).sorted(by: >))
            #expect(try await store.alerts(status: .resolved, page: Self.page).items.isEmpty)
            var suggestions: [SuggestionView] = []
            repeat {
                let page = try await store.suggestions(status: nil, page: PageRequest(limit: 3, cursor: cursor))
                suggestions += page.items
                cursor = page.next
            } while cursor != nil
            #expect(suggestions.map(\.alertID) == alerts.map(\.id))
            let foreign = PageRequest(limit: 3, cursor: Cursor(["records", alerts[0].id.description]))
            await #expect(throws: ServiceFailure.badCursor) { try await store.alerts(status: nil, page: foreign) }
        }
    }

    @Test("the first acknowledgement is stored; a resolved alert stays resolved; an unknown alert is not found")
    func acknowledge() async throws {
        try await Self.with(low: 1) { stock, store, records in
            let id = try #require(try await store.alerts(status: nil, page: Self.page).items.first?.id)
            let first = try await store.acknowledge(id, actor: "ann")
            #expect(first.status == .acknowledged && first.acknowledgedBy == "ann" && first.acknowledgedAt != nil)
            let second = try await store.acknowledge(id, actor: "bob")
            #expect(second == first)
            let change = StockChange(record: records[0], quantity: 50)
            _ = try await stock.engine.submit(.move(.change(.receive, change)), actor: "test")
            let resolved = try await store.acknowledge(id, actor: "cid")
            #expect(resolved.status == .resolved && resolved.acknowledgedBy == "ann" && resolved.resolvedAt != nil)
            let unknown = AlertID(high: 1, low: 2)
            await #expect(throws: ServiceFailure.notFound("Unknown alert: \(unknown)")) {
                try await store.acknowledge(unknown, actor: "ann")
            }
        }
    }

    @Test("a decision is final: repeating it succeeds, reversing it is refused, and recovery does not change it")
    func decide() async throws {
        try await Self.with(low: 2) { stock, store, records in
            let open = try await store.suggestions(status: .open, page: Self.page).items
            let accepted = try await store.decide(open[0].id, .accept, actor: "ann")
            #expect(accepted.status == .accepted && accepted.decidedBy == "ann" && accepted.decidedAt != nil)
            let again = try await store.decide(open[0].id, .accept, actor: "bob")
            #expect(again == accepted)
            await #expect(throws: ServiceFailure.alreadyDecided("The suggestion is already accepted.")) {
                try await store.decide(open[0].id, .dismiss, actor: "ann")
            }
            for record in records {
                let change = StockChange(record: record, quantity: 50)
                _ = try await stock.engine.submit(.move(.change(.receive, change)), actor: "test")
            }
            let kept = try await store.suggestions(status: .accepted, page: Self.page).items
            #expect(kept == [accepted])
            await #expect(throws: ServiceFailure.alreadyDecided("The suggestion is already withdrawn.")) {
                try await store.decide(open[1].id, .accept, actor: "ann")
            }
        }
    }
}
