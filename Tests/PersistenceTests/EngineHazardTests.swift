import Domain
import PostgresClient
import TestSupport
import Testing
import UseCases
import WritePath

/// Failures around a batch, and which commands they may affect.
@Suite(.serialized)
struct EngineHazardTests {
    private func receive(_ record: RecordReference, _ quantity: Int64 = 1, reason: String? = nil) -> Command {
        .move(.change(.receive, StockChange(record: record, quantity: quantity, note: Note(reason: reason))))
    }

    @Test("of a hundred good commands and one that the database rejects, a hundred succeed")
    func rejectedValue() async throws {
        try await PostgresStock.with { stock in
            let record = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W"])[0]
            _ = try await stock.engine.submit(receive(record), actor: "first")
            let results = await withTaskGroup(of: Result<Outcome, ServiceFailure>.self) { group in
                for index in 0...100 {
                    // PostgreSQL's text cannot hold NUL: class 22.
                    let command = receive(record, reason: index == 50 ? "a\u{0}b" : "good")
                    group.addTask { await stock.result(of: command) }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.filter { (try? $0.get()) != nil }.count == 100)
            let failures = results.compactMap { result in
                if case .failure(let failure) = result { failure } else { nil }
            }
            guard failures.count == 1, case .internalFault = failures[0] else {
                Issue.record("unexpected \(failures)")
                return
            }
            #expect(try await stock.record(record)?.quantityOnHand == 101)
            #expect(try await stock.audit() == [])
        }
    }

    @Test("a row that another session has locked delays only its own commands")
    func lockedRow() async throws {
        var settings = EngineSettings()
        settings.waitLimit = .seconds(2)
        try await PostgresStock.with(settings: settings) { stock in
            let records = try await stock.makeCatalogue(skus: ["A", "B"], warehouses: ["W"])
            for record in records { _ = try await stock.engine.submit(receive(record, 100), actor: "setup") }
            let blocked = try #require(try await stock.record(records[0]))
            try await stock.client.withConnection { connection in
                try await connection.script(
                    "BEGIN; SELECT FROM inventory WHERE id = '\(blocked.id)' FOR UPDATE", timeout: .seconds(5))
                // A transfer holds both records: while it waits for one, the other must stay free.
                async let waiting = stock.result(
                    of: .move(.transfer(Transfer(source: records[0], destination: records[1], quantity: 1))))
                async let refused = stock.result(of: receive(records[0]))
                let started = ContinuousClock.now
                for _ in 0..<50 { _ = try await stock.engine.submit(receive(records[1]), actor: "other") }
                #expect(ContinuousClock.now - started < .seconds(2))
                #expect(await refused == .failure(.systemBusy))
                #expect(await waiting == .failure(.systemBusy))
                async let patient = stock.result(of: receive(records[0]))
                try await connection.script("COMMIT", timeout: .seconds(5))
                #expect((try? await patient.get()) != nil)
            }
            #expect(try await stock.record(records[0])?.quantityOnHand == 101)
        }
    }

    @Test("commands over the capacity are refused at once")
    func capacity() async throws {
        var settings = EngineSettings()
        settings.capacity = 10
        settings.waitLimit = .seconds(1)
        try await PostgresStock.with(settings: settings) { stock in
            let record = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W"])[0]
            _ = try await stock.engine.submit(receive(record), actor: "setup")
            try await stock.client.withConnection { connection in
                try await connection.script("BEGIN; SELECT FROM inventory FOR UPDATE", timeout: .seconds(5))
                let results = await withTaskGroup(of: Result<Outcome, ServiceFailure>.self) { group in
                    for _ in 0..<30 { group.addTask { await stock.result(of: receive(record)) } }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(results.allSatisfy { $0 == .failure(.systemBusy) })
                try await connection.script("COMMIT", timeout: .seconds(5))
            }
            #expect(try await stock.record(record)?.quantityOnHand == 1)
        }
    }

    @Test("more overdue reservations than one read fetches are all found before a sale is refused")
    func manyOverdue() async throws {
        var settings = EngineSettings()
        settings.overdueLimit = 3
        try await PostgresStock.with(settings: settings) { stock in
            let record = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W"])[0]
            _ = try await stock.engine.submit(receive(record, 10), actor: "setup")
            for _ in 0..<10 {
                _ = try await stock.engine.submit(reserve(record, 1), actor: "setup")
            }
            try await stock.sql("UPDATE reservations SET expires_at = '2020-01-01Z'")
            _ = try await stock.engine.submit(reserve(record, 10), actor: "buyer")
            #expect(try await stock.record(record)?.quantityReserved == 10)
            #expect(try await stock.count("SELECT count(*) FROM reservations WHERE release_reason = 'expired'") == 10)
            #expect(try await stock.audit() == [])
        }
    }

    @Test("the database detects an update that misses its row, and the batch is retried")
    func missedRow() async throws {
        try await PostgresStock.with { stock in
            let record = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W"])[0]
            _ = try await stock.engine.submit(receive(record), actor: "setup")
            // The next update changes no row and raises no error.
            try await stock.sql(
                """
                CREATE SEQUENCE misses;
                CREATE FUNCTION miss_once() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF nextval('misses') = 1 THEN RETURN NULL; END IF;
                    RETURN NEW;
                END
                $$;
                CREATE TRIGGER miss_once BEFORE UPDATE ON inventory FOR EACH ROW EXECUTE FUNCTION miss_once()
                """)
            let answer = try await stock.engine.submit(receive(record), actor: "test")
            guard case .moved(.changed(let change)) = answer else {
                Issue.record("unexpected \(answer)")
                return
            }
            #expect(change.newQuantity == 2)
            #expect(try await stock.count("SELECT last_value FROM misses") == 2)
            #expect(try await stock.audit() == [])
        }
    }

    @Test("ledger times never go back, even if the clock does")
    func clockGoesBack() async throws {
        try await PostgresStock.with { stock in
            let record = try await stock.makeCatalogue(skus: ["A"], warehouses: ["W"])[0]
            _ = try await stock.engine.submit(receive(record), actor: "setup")
            // As if the clock had been an hour ahead until now.
            try await stock.sql(
                """
                ALTER TABLE inventory_transactions DISABLE TRIGGER ALL;
                UPDATE inventory_transactions SET created_at = created_at + interval '1 hour';
                UPDATE inventory SET updated_at = updated_at + interval '1 hour'
                """)
            _ = try await stock.engine.submit(receive(record), actor: "test")
            let id = try #require(try await stock.record(record)?.id)
            let times = try await stock.ledger(of: id).map(\.createdAt)
            #expect(times.count == 2 && times[0] <= times[1])
            #expect(try await stock.audit() == [])
        }
    }

    @Test("killed sessions under load lose no answered command and apply none twice")
    func killedSessions() async throws {
        try await PostgresStock.with { stock in
            let records = try await stock.makeCatalogue(skus: ["A", "B", "C"], warehouses: ["W"])
            for record in records { _ = try await stock.engine.submit(receive(record), actor: "setup") }
            async let killing: Void = killSessions(of: stock, times: 15)
            let succeeded = await receiveByTen(on: stock, records)
            try await killing
            #expect(succeeded.count > 100)
            var written: [String: Int] = [:]
            for record in records {
                let id = try #require(try await stock.record(record)?.id)
                for entry in try await stock.ledger(of: id) { written[entry.reason ?? "", default: 0] += 1 }
            }
            #expect(succeeded.allSatisfy { written[$0] == 1 })
            #expect(written.values.filter { $0 > 1 }.count <= 1, "only the setup has no reason of its own")
            #expect(try await stock.audit() == [])
        }
    }

    private func killSessions(of stock: PostgresStock, times: Int) async throws {
        for _ in 0..<times {
            try await stock.sql(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                    AND state IN ('active', 'idle in transaction')
                """)
        }
    }

    /// Ten callers make 600 receives of one unit each; returns the reasons of the successful ones.
    private func receiveByTen(on stock: PostgresStock, _ records: [RecordReference]) async -> Set<String> {
        await withTaskGroup(of: [String].self) { group in
            for caller in 0..<10 {
                group.addTask { await receiveSixty(on: stock, records, caller: caller) }
            }
            var all: Set<String> = []
            for await done in group { all.formUnion(done) }
            return all
        }
    }

    private func receiveSixty(on stock: PostgresStock, _ records: [RecordReference], caller: Int) async -> [String] {
        var done: [String] = []
        for index in 0..<60 {
            let reason = "caller \(caller), \(index)"
            let command = receive(records[(caller + index) % 3], reason: reason)
            if case .success = await stock.result(of: command) { done.append(reason) }
        }
        return done
    }

    private func reserve(_ record: RecordReference, _ quantity: Int64) -> Command {
        .reserve(
            ReserveOrder(
                orderID: StockFixture.order(), items: [.init(record: record, quantity: quantity)], seconds: 600))
    }
}

extension PostgresStock {
    /// A command's answer as a value.
    func result(of command: Command) async -> Result<Outcome, ServiceFailure> {
        do throws(ServiceFailure) {
            return .success(try await engine.submit(command, actor: "test"))
        } catch {
            return .failure(error)
        }
    }
}
