import Domain
import PostgresClient
import PostgresStores
import TestSupport
import Testing
import UseCases

@testable import PostgresRows
@testable import WritePath

/// A request that is sent again has one effect and one answer, on any server and at any moment.
struct IdempotencyTests {
    /// 0: the lane looks up no key until one turns out to be stored; 1,000: it looks up keys from the start.
    private static let lookups = [0, 1_000]

    private static func settings(_ lookups: Int) -> EngineSettings {
        var settings = EngineSettings()
        settings.keyLookups = lookups
        return settings
    }

    private static func once(_ key: String, hash: UInt8 = 1, by caller: String = "shop") -> Once<Outcome> {
        Once(key: RequestKey(caller: caller, key: key, requestHash: [hash])) { result in
            switch result {
            case .success(let outcome): return KeptAnswer(status: 200, bytes: Array("\(outcome)".utf8))
            case .failure(.refused(.insufficientStock(let shortage))):
                return KeptAnswer(status: 400, bytes: Array("\(shortage.available)".utf8))
            case .failure: return nil
            }
        }
    }

    private static func receive(_ quantity: Int64, _ record: RecordReference) -> Command {
        .move(.change(.receive, StockChange(record: record, quantity: quantity)))
    }

    private static func ship(_ quantity: Int64, _ record: RecordReference) -> Command {
        .move(.change(.ship, StockChange(record: record, quantity: quantity)))
    }

    /// The outcome of a command, or the replayed answer.
    private static func submit(
        _ stock: PostgresStock, _ command: Command, _ once: Once<Outcome>
    ) async throws(ServiceFailure) -> String {
        do throws(ServiceFailure) {
            return "\(try await stock.engine.submit(command, actor: "test", once: once))"
        } catch {
            guard case .replayed(let kept) = error else { throw error }
            return "replayed: " + String(decoding: kept.bytes, as: UTF8.self)
        }
    }

    @Test("a write with a key that freezes in its middle loses its locks after five seconds")
    func frozen() async throws {
        try await PostgresStock.with { stock in
            let once = Once<String>(key: RequestKey(caller: "shop", key: "k", requestHash: [1])) { _ in nil }
            let limit = try await stock.client.once(once) { session throws(ServiceFailure) in
                try await session.rows(PostgresQuery(PostgresStatement("SHOW idle_in_transaction_session_timeout"))) {
                    row throws(PostgresError) in try row.next(as: String.self)
                }.first ?? ""
            }
            #expect(limit == "5s")
        }
    }

    @Test(
        "the same key gives the same answer and no second effect; the same key of another caller is a different key",
        arguments: lookups)
    func twice(_ lookups: Int) async throws {
        try await PostgresStock.with(settings: Self.settings(lookups)) { stock in
            let record = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W"])[0]
            let first = try await Self.submit(stock, Self.receive(5, record), Self.once("k"))
            let second = try await Self.submit(stock, Self.receive(5, record), Self.once("k"))
            #expect(second == "replayed: " + first)
            #expect(try await stock.record(record)?.quantityOnHand == 5)
            _ = try await Self.submit(stock, Self.receive(5, record), Self.once("k", by: "other"))
            #expect(try await stock.record(record)?.quantityOnHand == 10)
            #expect(try await stock.audit() == [])
        }
    }

    @Test("the same key for another request is refused and does nothing", arguments: lookups)
    func reused(_ lookups: Int) async throws {
        try await PostgresStock.with(settings: Self.settings(lookups)) { stock in
            let record = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W"])[0]
            _ = try await Self.submit(stock, Self.receive(5, record), Self.once("k"))
            await #expect(throws: ServiceFailure.keyReused) {
                try await Self.submit(stock, Self.receive(6, record), Self.once("k", hash: 2))
            }
            #expect(try await stock.record(record)?.quantityOnHand == 5)
        }
    }

    @Test(
        "a stored refusal is replayed although there is stock now; a refusal that is not stored is decided again",
        arguments: lookups
    )
    func refusals(_ lookups: Int) async throws {
        try await PostgresStock.with(settings: Self.settings(lookups)) { stock in
            let record = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W"])[0]
            await #expect(throws: ServiceFailure.self) {
                try await stock.engine.submit(Self.ship(3, record), actor: "test", once: Self.once("short"))
            }
            let stale = Command.move(
                .change(.receive, StockChange(record: record, quantity: 1, expectedVersion: 7)))
            await #expect(throws: ServiceFailure.refused(.versionConflict(currentVersion: 0))) {
                try await stock.engine.submit(stale, actor: "test", once: Self.once("stale"))
            }
            _ = try await Self.submit(stock, Self.receive(5, record), Self.once("in"))
            #expect(try await Self.submit(stock, Self.ship(3, record), Self.once("short")) == "replayed: 0")
            await #expect(throws: ServiceFailure.refused(.versionConflict(currentVersion: 1))) {
                try await stock.engine.submit(stale, actor: "test", once: Self.once("stale"))
            }
            #expect(try await stock.record(record)?.quantityOnHand == 5)
        }
    }

    @Test(
        "a request that would now be refused, with an answer that is not stored, gets its first answer",
        arguments: lookups)
    func outlived(_ lookups: Int) async throws {
        try await PostgresStock.with(settings: Self.settings(lookups)) { stock in
            let record = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W"])[0]
            let first = try await Self.submit(stock, Self.receive(5, record), Self.once("k"))
            try await stock.sql("UPDATE products SET archived = true")
            await #expect(throws: ServiceFailure.self) {
                try await Self.submit(stock, Self.receive(5, record), Self.once("another"))
            }
            for _ in 0..<3 {
                #expect(try await Self.submit(stock, Self.receive(5, record), Self.once("k")) == "replayed: " + first)
            }
            #expect(try await stock.record(record)?.quantityOnHand == 5)
        }
    }

    @Test(
        "fifty concurrent requests over two engines have one effect and get one answer fifty times",
        arguments: [true, false], lookups)
    func atOnce(_ exists: Bool, _ lookups: Int) async throws {
        try await PostgresStock.with(settings: Self.settings(lookups)) { stock in
            let record = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W"])[0]
            if exists { _ = try await stock.engine.submit(Self.receive(1, record), actor: "test") }
            try await PostgresStock.on(stock.database, settings: Self.settings(lookups)) { other in
                let answers = try await Self.submitConcurrently(
                    50, [stock, other], Self.receive(5, record), Self.once("k"))
                let fresh = answers.filter { !$0.hasPrefix("replayed: ") }
                #expect(fresh.count == 1)
                #expect(answers.allSatisfy { $0 == fresh[0] || $0 == "replayed: " + fresh[0] })
            }
            #expect(try await stock.record(record)?.quantityOnHand == (exists ? 6 : 5))
            #expect(try await stock.audit() == [])
        }
    }

    @Test("one of two different requests with the same key at the same moment is refused", arguments: lookups)
    func rivals(_ lookups: Int) async throws {
        try await PostgresStock.with(settings: Self.settings(lookups)) { stock in
            let records = try await stock.makeCatalogue(skus: ["A", "B"], warehouses: ["W"])
            try await PostgresStock.on(stock.database, settings: Self.settings(lookups)) { other in
                for round in 0..<20 {
                    async let one = Self.resultText(stock, Self.receive(1, records[0]), Self.once("k\(round)", hash: 1))
                    async let two = Self.resultText(other, Self.receive(1, records[1]), Self.once("k\(round)", hash: 2))
                    let results = await [one, two]
                    #expect(results.filter { $0 == "reused" }.count == 1, "\(results)")
                }
            }
            let total = try await stock.count("SELECT sum(quantity_on_hand)::bigint FROM inventory")
            #expect(total == 20)
        }
    }

    @Test("a key that is older than a day can be used again", arguments: lookups)
    func old(_ lookups: Int) async throws {
        try await PostgresStock.with(settings: Self.settings(lookups)) { stock in
            let record = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W"])[0]
            _ = try await Self.submit(stock, Self.receive(5, record), Self.once("k"))
            try await stock.sql("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'")
            let new = try await Self.submit(stock, Self.receive(5, record), Self.once("k", hash: 2))
            #expect(!new.hasPrefix("replayed: "))
            #expect(try await stock.record(record)?.quantityOnHand == 10)
            #expect(
                try await Self.submit(stock, Self.receive(5, record), Self.once("k", hash: 2)) == "replayed: " + new)
        }
    }

    @Test("reserve, confirm and catalogue writes are replayed, too", arguments: lookups)
    func others(_ lookups: Int) async throws {
        try await PostgresStock.with(settings: Self.settings(lookups)) { stock in
            let record = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W"])[0]
            _ = try await stock.engine.submit(Self.receive(5, record), actor: "test")
            let order = OrderID(high: 1, low: 1)
            let reserve = Command.reserve(
                ReserveOrder(orderID: order, items: [.init(record: record, quantity: 2)], seconds: 60))
            _ = try await Self.submit(stock, reserve, Self.once("reserve"))
            #expect(try await Self.submit(stock, reserve, Self.once("reserve")).hasPrefix("replayed: "))
            #expect(try await stock.record(record)?.quantityReserved == 2)
            _ = try await Self.submit(stock, .confirm(order), Self.once("confirm"))
            #expect(try await Self.submit(stock, .confirm(order), Self.once("confirm")).hasPrefix("replayed: "))

            let sku = try #require(SKU("NEW"))
            let draft = ProductDraft(sku: sku, name: "New", basePrice: Money(hundredths: 1))
            let key = RequestKey(caller: "shop", key: "product", requestHash: [1])
            let create = Once<Product>(key: key) { result in
                switch result {
                case .success(let product): KeptAnswer(status: 201, bytes: Array(product.name.utf8))
                case .failure(.alreadyExists): KeptAnswer(status: 409, bytes: [])
                case .failure: nil
                }
            }
            _ = try await stock.catalogue.createProduct(draft, once: create)
            await #expect(throws: ServiceFailure.replayed(KeptAnswer(status: 201, bytes: Array("New".utf8)))) {
                try await stock.catalogue.createProduct(draft, once: create)
            }
            let taken = Once<Product>(
                key: RequestKey(caller: "shop", key: "taken", requestHash: [1]), answer: create.answer)
            await #expect(throws: ServiceFailure.alreadyExists("SKU already exists: NEW")) {
                try await stock.catalogue.createProduct(draft, once: taken)
            }
            await #expect(throws: ServiceFailure.replayed(KeptAnswer(status: 409, bytes: []))) {
                try await stock.catalogue.createProduct(draft, once: taken)
            }
        }
    }

    // MARK: Helpers

    private static func submitConcurrently(
        _ count: Int, _ stocks: [PostgresStock], _ command: Command, _ once: Once<Outcome>
    ) async throws -> [String] {
        try await withThrowingTaskGroup(of: String.self) { group in
            for index in 0..<count {
                group.addTask { try await submit(stocks[index % stocks.count], command, once) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private static func resultText(_ stock: PostgresStock, _ command: Command, _ once: Once<Outcome>) async -> String {
        do throws(ServiceFailure) {
            return try await submit(stock, command, once)
        } catch {
            return error == .keyReused ? "reused" : "\(error)"
        }
    }
}
