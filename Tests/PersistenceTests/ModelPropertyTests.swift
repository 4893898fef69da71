import Domain
import TestSupport
import Testing
import UseCases
import WritePath

/// Long random command sequences, applied to PostgreSQL by concurrent callers and then, in the order in which they were
/// decided, to the model in memory.
@Suite(.serialized)
struct ModelPropertyTests {
    @Test("concurrent callers on PostgreSQL get the model's results and end in the model's state", arguments: 1...4)
    func sameAsModel(_ round: Int) async throws {
        let seed = SeededRandom().seed &+ UInt64(round)
        print("model property, round \(round): TEST_SEED=\(seed &- UInt64(round))")
        var settings = EngineSettings()
        // Small batches, so that many of them conflict.
        settings.batchLimit = round.isMultiple(of: 2) ? 200 : 4
        // As behind PgBouncer, and with a directory cache that is always full.
        settings.sendsSettingsInTransaction = round > 2
        try await PostgresStock.with(settings: settings, directoryLimit: round > 2 ? 16 : 1_000) { stock in
            let records = try await stock.makeCatalogue(skus: ["A", "B"], warehouses: ["W1", "W2", "W3"])
            try await runCallers(on: stock, records: records, seed: seed)
            try await compare(stock, records: records, seed: seed)
            #expect(try await stock.audit() == [], "seed \(seed)")
        }
    }

    private func runCallers(on stock: PostgresStock, records: [RecordReference], seed: UInt64) async throws {
        let callers = 8
        let commands = 150
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    var commandSource = RandomCommands(
                        records: records, random: SeededRandom(seed: seed &+ UInt64(caller) &* 7_919))
                    for _ in 0..<commands {
                        let command = commandSource.next()
                        do {
                            if caller.isMultiple(of: 2) {
                                _ = try await stock.engine.submitByMailbox(command, actor: "caller \(caller)")
                            } else {
                                _ = try await stock.engine.submit(command, actor: "caller \(caller)")
                            }
                        } catch ServiceFailure.refused {
                            continue
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func compare(_ stock: PostgresStock, records: [RecordReference], seed: UInt64) async throws {
        let model = InMemoryStock()
        var count = 0
        for batch in stock.trace.inOrder {
            for decision in batch.decisions {
                let expected = await model.apply(decision.command, actor: decision.actor, at: batch.now)
                #expect(
                    shape(expected) == shape(decision.result), "seed \(seed), decision \(count): \(decision.command)")
                if case .success(.reserved(_, let ours, _)) = expected,
                    case .success(.reserved(_, let theirs, _)) = decision.result
                {
                    await model.rename(ours, to: theirs)
                }
                count += 1
            }
        }
        print("model property: \(count) decisions in \(stock.trace.inOrder.count) batches")
        #expect(count > 800)
        for reference in records {
            let ours = await model.record(reference.key)
            let theirs = try await stock.record(reference)
            #expect(ours.map(shape) == theirs.map(shape), "seed \(seed)")
            guard let theirs else { continue }
            let ledger = try await stock.ledger(of: theirs.id)
            #expect(await model.ledger(of: reference.key).map(shape) == ledger.map(shape), "seed \(seed)")
        }
    }

    // MARK: Comparison without the ids, which each store generates itself

    private func shape(_ result: Result<Outcome, StockRefusal>) -> String {
        switch result {
        case .success(.moved(let outcome)): shape(outcome)
        case .success(.batch(let outcomes)): outcomes.map(shape).joined(separator: "; ")
        case .success(.reserved(let order, let ids, let expiresAt)): "reserved \(order) \(ids.count) \(expiresAt)"
        case .success(.policy(let record, let created)): "policy \(shape(record)) \(created)"
        case .success(let outcome): "\(outcome)"
        case .failure(let refusal): shape(refusal)
        }
    }

    private func shape(_ refusal: StockRefusal) -> String {
        switch refusal {
        case .insufficientStock(let shortage):
            "short of \(shortage.record.sku) \(shortage.available) \(shortage.requested) \(shortage.inventoryID != nil)"
        case .operation(let index, let refusal): "operation \(index): \(shape(refusal))"
        default: "\(refusal)"
        }
    }

    private func shape(_ outcome: MovementOutcome) -> String {
        switch outcome {
        case .changed(let change):
            "\(change.record.sku) \(change.oldQuantity) \(change.newQuantity) \(change.version) \(change.transactionID != nil)"
        case .transferred(let transferred): "\(transferred.transfer)"
        }
    }

    private func shape(_ record: InventoryRecord) -> String {
        "\(record.reference.sku) \(record.quantityOnHand) \(record.quantityReserved) \(record.reorderPoint) \(record.reorderQuantity) \(record.version) \(record.updatedAt)"
    }

    private func shape(_ entry: LedgerEntry) -> String {
        "\(entry.version) \(entry.kind) \(entry.quantityChange) \(entry.quantityAfter) \(entry.reservedChange) \(entry.reservedAfter) \(entry.orderID?.description ?? "-") \(entry.reason ?? "-") \(entry.actor) \(entry.createdAt)"
    }
}
