import Domain
import Logging
import Metrics
import PostgresClient
import PostgresDirectory
import PostgresRows
import UseCases

extension Lane {
    /// The record states that a commit wrote, for the cache.
    struct Published {
        var records: [InventoryRecord] = []
        /// The keys of those that are new.
        var created: Set<RecordKey> = []
    }

    /// The result of one run of a batch.
    struct Run {
        enum End {
            /// Durable: the answers, and the records to publish.
            case committed([(QueuedCommand, Result<Outcome, ServiceFailure>)], published: Published)
            /// Without effect; a retry would not help.
            case failed(ServiceFailure, [QueuedCommand])
            /// Without effect; a retry may succeed.
            case retry(ServiceFailure, [QueuedCommand])
            /// Without effect: the database rejected a value of some command.
            case valueRejected([QueuedCommand])
        }

        var end: End
        /// Commands that return to the queue: they need further records, or another session has locked their rows.
        var returned: [QueuedCommand] = []
        var pauses: [(RecordKey, Duration)] = []
    }

    func runOnce(_ batch: [QueuedCommand]) async -> Run {
        let connection: PostgresConnection
        do throws(PostgresError) {
            connection = try await connected()
        } catch {
            logger.error(
                "cannot connect to the database",
                metadata: ["lane": "\(name)", "cause": "\(error.operatorDescription)"])
            return Run(end: .failed(ServiceFailure(error), batch))
        }
        var run = Run(end: .committed([], published: Published()))
        var items = batch
        do throws(BatchFailure) {
            // 2, load
            let load = batchLoad(items)
            let answer = try await loaded(load, on: connection)
            for (id, key) in answer.found {
                if let reference = load.notYetCreated.first(where: { $0.key == key }) {
                    engine.directory.learn(id, reference)
                }
            }
            if !answer.missingRecords.isEmpty {
                engine.directory.forget(answer.missingRecords)
                throw BatchFailure.before(PostgresError(.server, "a record is gone", sqlState: "40000", wasSent: true))
            }
            if !answer.lockedElsewhere.isEmpty {
                items = setAside(lockedElsewhere: answer.lockedElsewhere, of: items, in: &run)
                if items.isEmpty {
                    try await send([PostgresQuery(Self.rollback)], on: connection)
                    return run
                }
            }
            let lockedAt = ContinuousClock.now
            for item in items { engine.metrics.lockWait.record(duration: lockedAt - item.payload.submittedAt) }
            engine.metrics.batchSize.record(items.count)

            // 3, decide
            var decision = BatchDecision(
                machine: try await machine(answer),
                transaction: answer.transaction,
                items: items,
                kept: answer.kept,
                lane: self
            )
            try await decision.decideAll(on: connection)
            run.returned += decision.returned

            // 4, save
            try await saveOnce(decision, on: connection)
            observe(
                DecidedBatch(
                    sequence: decision.sequence,
                    now: decision.machine.now,
                    decisions: decision.decided.map { ($0.0.payload.command, $0.0.payload.actor, $0.1) }
                )
            )
            let published = decision.machine.changes.isEmpty ? [] : BatchSave(decision.machine).publishedRecords()
            if decision.machine.changes.raisesAlerts { await engine.alertNotifier?.notifySoon() }
            for record in published where decision.machine.changes.createdRecords.contains(record.key) {
                engine.directory.learn(record.id, record.reference)
            }
            await engine.learn(decision.decided)
            let answers = decision.decided.map { ($0.0, $0.1.mapError(ServiceFailure.refused)) }
            run.end = .committed(
                answers + decision.answeredBefore.map { ($0.0, .failure($0.1)) }
                    + decision.abandoned.map { ($0, .failure(.systemBusy)) },
                published: Published(records: published, created: decision.machine.changes.createdRecords)
            )
            return run
        } catch {
            // The run had no effect. Commands that it set aside return to the queue as they are.
            let left = batch.filter { item in !run.returned.contains { $0.id == item.id } }
            run.end = await end(error, items: left, on: connection)
            return run
        }
    }

    private static let rollback = PostgresStatement("ROLLBACK")

    // MARK: Load

    private func batchLoad(_ items: [QueuedCommand]) -> BatchLoad {
        var references: [RecordKey: RecordReference] = [:]
        var orders: Set<OrderID> = []
        var products: Set<ProductID> = []
        var warehouses: Set<WarehouseID> = []
        for item in items {
            for record in item.payload.records { references[record.key] = record }
            if let order = item.payload.command.resolvedOrder { orders.insert(order) }
            for record in item.payload.command.recordsThatMustNotBeArchived {
                products.insert(record.key.product)
                warehouses.insert(record.key.warehouse)
            }
        }
        let known = engine.directory.knownIDs(Array(references.keys))
        var ids: [InventoryID: RecordReference] = [:]
        var notYetCreated: [RecordReference] = []
        for (key, reference) in references {
            if let id = known[key] { ids[id] = reference } else { notYetCreated.append(reference) }
        }
        return BatchLoad(
            ids: ids,
            notYetCreated: notYetCreated,
            orders: Array(orders),
            products: Array(products),
            warehouses: Array(warehouses),
            keys: keyLookups.isOn ? items.compactMap(\.payload.once?.key) : [],
            sendsSettings: settings.sendsSettingsInTransaction
        )
    }

    private func loaded(
        _ load: BatchLoad,
        on connection: PostgresConnection
    ) async throws(BatchFailure) -> BatchLoad.Answer {
        let results = try await send(load.queries(), on: connection)
        var answer: BatchLoad.Answer
        do throws(PostgresError) {
            answer = try load.answer(results)
        } catch {
            throw .before(error)
        }
        guard let query = load.queryForMissing(answer) else { return answer }
        let existing = try await send([query], on: connection)
        do throws(PostgresError) {
            try load.noteMissing(existing[0], in: &answer)
        } catch {
            throw .before(error)
        }
        return answer
    }

    /// The stock machine at the batch's instant, with the orders' reservations resolved to record references.
    private func machine(_ answer: BatchLoad.Answer) async throws(BatchFailure) -> StockMachine {
        var facts = answer.facts
        if !answer.reservations.isEmpty {
            let references = try await references(of: answer.reservations)
            for row in answer.reservations {
                guard let reference = references[row.inventoryID] else {
                    // Do not continue: a confirm that misses a reservation would leave it pending.
                    throw .before(PostgresError(.server, "a record is not known", sqlState: "40000", wasSent: true))
                }
                facts.orders[row.orderID, default: []].append(row.reservation(of: reference))
            }
        }
        return StockMachine(
            facts: facts,
            now: answer.now,
            identifiers: IdentifierSource(seed: random.next())
        )
    }

    func references(
        of rows: [ReservationRow]
    ) async throws(BatchFailure) -> [InventoryID: RecordReference] {
        do throws(ServiceFailure) {
            return try await engine.directory.references(of: rows.map(\.inventoryID))
        } catch {
            throw .before(PostgresError(.connectionLost, error.cause))
        }
    }

    /// Returns commands whose rows another session has locked to the queue.
    /// - Returns: the commands that this run continues with.
    private func setAside(
        lockedElsewhere: Set<RecordKey>,
        of items: [QueuedCommand],
        in run: inout Run
    ) -> [QueuedCommand] {
        let pause = randomPause(Self.rowPause)
        for key in lockedElsewhere { run.pauses.append((key, pause)) }
        let isFree = { (item: QueuedCommand) in !item.keys.contains(where: lockedElsewhere.contains) }
        run.returned += items.filter { !isFree($0) }
        return items.filter(isFree)
    }
}
