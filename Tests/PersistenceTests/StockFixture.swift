import Domain
import PostgresStores
import TestSupport
import Testing
import UseCases

/// A store for the conformance suites: a few records that may exist, commands, and reads of the result.
struct StockFixture: Sendable {
    /// Product A in warehouses 1 and 2, product B in warehouses 1 and 2.
    let records: [RecordReference]
    let commands: any CommandStore
    let record: @Sendable (RecordReference) async throws -> InventoryRecord?
    let ledger: @Sendable (RecordReference) async throws -> [LedgerEntry]
    let reservations: @Sendable (OrderID) async throws -> [Reservation]
    let makeOverdue: @Sendable (OrderID) async throws -> Void
    let archive: @Sendable (RecordReference) async throws -> Void
    /// Violations of the invariants.
    let audit: @Sendable () async throws -> [String]

    func submit(_ command: Command) async throws(ServiceFailure) -> Outcome {
        try await commands.submit(command, actor: "test")
    }

    /// The outcome or the refusal of a command, which arrives by mailbox.
    func ask(_ command: Command) async throws -> Result<Outcome, StockRefusal> {
        do {
            return .success(try await commands.submitByMailbox(command, actor: "test"))
        } catch ServiceFailure.refused(let refusal) {
            return .failure(refusal)
        }
    }

    func expect(
        _ command: Command, _ expected: Result<Outcome, StockRefusal>, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await ask(command)
        #expect(result == expected, sourceLocation: sourceLocation)
    }

    func receive(_ quantity: Int64, _ record: RecordReference) async throws {
        _ = try await submit(.move(.change(.receive, StockChange(record: record, quantity: quantity))))
    }

    func reserve(_ quantity: Int64, _ record: RecordReference, for order: OrderID = order()) -> Command {
        .reserve(ReserveOrder(orderID: order, items: [.init(record: record, quantity: quantity)], seconds: 600))
    }

    static func order() -> OrderID {
        OrderID(high: UInt64.random(in: 0...UInt64.max), low: UInt64.random(in: 0...UInt64.max))
    }

    // MARK: The two stores

    static func onPostgres(_ body: (StockFixture) async throws -> Void) async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: ["A", "B"], warehouses: ["W1", "W2"])
            try await body(
                StockFixture(
                    records: records, commands: stock.engine, record: { try await stock.record($0) },
                    ledger: { reference in
                        guard let record = try await stock.record(reference) else { return [] }
                        return try await stock.ledger(of: record.id)
                    },
                    reservations: { try await stock.queries.reservations(of: $0) },
                    makeOverdue: { try await stock.makeOverdue($0) },
                    archive: { reference in
                        _ = try await stock.catalogue.updateProduct(reference.sku, ProductPatch(isArchived: true))
                    },
                    audit: { try await stock.audit() }))
        }
    }

    static func inMemory(_ body: (StockFixture) async throws -> Void) async throws {
        let store = InMemoryStock()
        var random = SeededRandom()
        let products = ["A", "B"].compactMap(SKU.init).map { ($0, random.identifier(Product.self)) }
        let warehouses = ["W1", "W2"].compactMap(WarehouseCode.init).map { ($0, random.identifier(Warehouse.self)) }
        let records = products.flatMap { sku, product in
            warehouses.map { code, warehouse in
                RecordReference(
                    key: RecordKey(product: product, warehouse: warehouse), sku: sku, warehouseCode: code)
            }
        }
        try await body(
            StockFixture(
                records: records, commands: store, record: { await store.record($0.key) },
                ledger: { await store.ledger(of: $0.key) }, reservations: { await store.reservations(of: $0) },
                makeOverdue: { await store.makeOverdue($0) },
                archive: { await store.setArchived($0.key.product, true) },
                audit: {
                    var violations: [String] = []
                    for record in await store.allRecords() {
                        let alerts = await store.unresolvedAlerts(of: record.key)
                        if alerts != (record.isLowStock ? 1 : 0) { violations.append("\(alerts) alerts") }
                    }
                    return violations
                }))
    }

    typealias Make = @Sendable ((StockFixture) async throws -> Void) async throws -> Void
    static let all: [(name: String, make: Make)] = [
        ("in memory", { try await inMemory($0) }), ("PostgreSQL", { try await onPostgres($0) }),
    ]
}
