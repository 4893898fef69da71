import Domain
import TestSupport
import Testing
import UseCases

/// Two engines on one database, coordinated by PostgreSQL alone, like two API processes while Redis is unreachable.
@Suite(.serialized)
struct TwoEnginesTests {
    private func with(
        _ body: ([PostgresStock], [RecordReference]) async throws -> Void
    ) async throws {
        try await PostgresStock.with { first in
            let records = try await first.makeCatalogue(skus: ["A", "B"], warehouses: ["W1", "W2"])
            try await PostgresStock.on(first.database) { second in
                try await body([first, second], records)
            }
            #expect(try await first.audit() == [])
        }
    }

    /// Runs all commands concurrently, on both engines in turn.
    private func run(_ commands: [Command], on engines: [PostgresStock]) async -> [Result<Outcome, ServiceFailure>] {
        await withTaskGroup(of: Result<Outcome, ServiceFailure>.self) { group in
            for (index, command) in commands.enumerated() {
                group.addTask { await engines[index % engines.count].result(of: command) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("a record that both create at once is created once and has the units of both")
    func creation() async throws {
        try await with { engines, records in
            let commands = (0..<100).map { index in
                Command.move(.change(.receive, StockChange(record: records[index % 4], quantity: 1)))
            }
            let results = await run(commands, on: engines)
            #expect(results.allSatisfy { (try? $0.get()) != nil })
            for record in records {
                let made = try await engines[0].record(record)
                #expect(made?.quantityOnHand == 25)
            }
        }
    }

    @Test("of 200 orders for one of 50 units each, 50 succeed")
    func lastUnit() async throws {
        try await with { engines, records in
            _ = try await engines[0].engine.submit(
                .move(.change(.receive, StockChange(record: records[0], quantity: 50))), actor: "setup")
            let commands = (0..<200).map { _ in
                Command.reserve(
                    ReserveOrder(
                        orderID: StockFixture.order(), items: [.init(record: records[0], quantity: 1)], seconds: 600))
            }
            let results = await run(commands, on: engines)
            #expect(results.filter { (try? $0.get()) != nil }.count == 50)
            let refused = results.filter { result in
                if case .failure(.refused(.insufficientStock(let shortage))) = result {
                    shortage.available == 0 && shortage.requested == 1
                } else {
                    false
                }
            }
            #expect(refused.count == 150)
        }
    }

    @Test("transfers in opposite directions never deadlock")
    func transfers() async throws {
        try await with { engines, records in
            let (here, there) = (records[0], records[1])
            for record in [here, there] {
                _ = try await engines[0].engine.submit(
                    .move(.change(.receive, StockChange(record: record, quantity: 1_000))), actor: "setup")
            }
            let commands = (0..<600).map { index in
                Command.move(
                    .transfer(
                        Transfer(
                            source: index < 300 ? here : there, destination: index < 300 ? there : here, quantity: 1)))
            }
            let results = await run(commands, on: engines)
            #expect(results.allSatisfy { (try? $0.get()) != nil })
            #expect(try await engines[0].record(here)?.quantityOnHand == 1_000)
            #expect(try await engines[1].record(there)?.quantityOnHand == 1_000)
        }
    }

    @Test("orders that grow on one engine while the other resolves them stay consistent")
    func growingOrders() async throws {
        try await with { engines, records in
            for record in records {
                _ = try await engines[0].engine.submit(
                    .move(.change(.receive, StockChange(record: record, quantity: 10_000))), actor: "setup")
            }
            var random = SeededRandom()
            print("growing orders: TEST_SEED=\(random.seed)")
            let orders = (0..<5).map { _ in StockFixture.order() }
            let commands = (0..<600).map { _ -> Command in
                let order = random.pick(orders)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: return .confirm(order)
                case 1: return .release(order)
                case 2: return .extend(order, seconds: 60)
                default:
                    return .reserve(
                        ReserveOrder(
                            orderID: order, items: [.init(record: random.pick(records), quantity: 1)], seconds: 600))
                }
            }
            let results = await run(commands, on: engines)
            let unexpected = results.filter { result in
                switch result {
                case .success, .failure(.refused): false
                case .failure: true
                }
            }
            #expect(unexpected == [], "seed \(random.seed)")
        }
    }
}
