package import Domain
package import PostgresClient
import PostgresRows
package import UseCases

/// The load stage: what is read under the batch's row locks, in one pipelined round trip.
package struct BatchLoad {
    /// The decoded results of the round trip.
    package struct Answer {
        package var facts = StockFacts()
        /// The instant of the batch, by the database's clock, after the locks.
        var now: Instant
        /// The transaction's id, to find out whether it committed if the COMMIT's answer is lost.
        var transaction: String
        /// Existing records that another session has locked.
        var lockedElsewhere: Set<RecordKey> = []
        /// Records with a remembered id that do not exist: the database lost commits in a failover.
        var missingRecords: [(id: InventoryID, key: RecordKey)] = []
        /// The reservations of the orders, as rows; their record references are resolved later.
        var reservations: [ReservationRow] = []
        /// Existing records whose ids were not known.
        var found: [(id: InventoryID, key: RecordKey)] = []
        /// The kept answers under the batch's idempotency keys.
        var kept: [KeptKey: KeptRow] = [:]
    }

    /// The batch's records that are known to exist.
    let ids: [InventoryID: RecordReference]
    /// The batch's records that are not known to exist.
    let notYetCreated: [RecordReference]
    let orders: [OrderID]
    /// Products and warehouses that must not be archived; empty if no command requires that.
    let products: [ProductID]
    let warehouses: [WarehouseID]
    /// The idempotency keys of the batch's commands.
    let keys: [RequestKey]
    /// Whether the session's settings must be sent with the transaction.
    let sendsSettings: Bool

    package init(
        ids: [InventoryID: RecordReference], notYetCreated: [RecordReference], orders: [OrderID],
        products: [ProductID], warehouses: [WarehouseID], keys: [RequestKey], sendsSettings: Bool
    ) {
        self.ids = ids
        self.notYetCreated = notYetCreated
        self.orders = orders
        self.products = products
        self.warehouses = warehouses
        self.keys = keys
        self.sendsSettings = sendsSettings
    }

    func queries() -> [PostgresQuery] {
        var queries = [PostgresQuery(Self.begin)]
        if sendsSettings { queries.append(LaneSession.inTransaction) }
        queries.append(PostgresQuery(Self.lock) { $0.appendArray(Array(ids.keys)) })
        if !notYetCreated.isEmpty {
            for statement in [Self.lockByKey, Self.locateByKey] {
                queries.append(
                    PostgresQuery(statement) { parameters in
                        parameters.appendArray(notYetCreated.map(\.key.product))
                        parameters.appendArray(notYetCreated.map(\.key.warehouse))
                    })
            }
        }
        // After the locks, so that these statements see everything committed before.
        queries.append(PostgresQuery(Self.clock))
        if !products.isEmpty {
            queries.append(
                PostgresQuery(Self.archived) { parameters in
                    parameters.appendArray(products)
                    parameters.appendArray(warehouses)
                })
        }
        if !orders.isEmpty {
            queries.append(PostgresQuery(ReservationRow.byOrder) { $0.appendArray(orders) })
        }
        if !keys.isEmpty { queries.append(KeptRow.find(keys)) }
        return queries
    }

    package func answer(_ results: [PostgresResult]) throws(PostgresError) -> Answer {
        var next = results.dropFirst(sendsSettings ? 2 : 1).makeIterator()
        func take() throws(PostgresError) -> PostgresResult {
            guard let result = next.next() else { throw PostgresError(.protocolViolation, "a result is missing") }
            return result
        }
        var records = StockRecords()
        var answer = Answer(now: Instant(milliseconds: 0), transaction: "")
        try readRecords(try take(), into: &records) { ids[$0] }
        var missing: Set<RecordKey> = []
        if records.count < ids.count {
            for reference in ids.values where records[reference.key] == nil { missing.insert(reference.key) }
        }
        if !notYetCreated.isEmpty {
            let references = Dictionary(notYetCreated.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
            let locked = try take()
            let located = try take()
            for index in 0..<located.rowCount {
                var row = located.row(index)
                let id: InventoryID = try row.next()
                let key = RecordKey(product: try row.next(), warehouse: try row.next())
                answer.found.append((id, key))
                missing.insert(key)
            }
            let byID = Dictionary(
                answer.found.compactMap { found in references[found.key].map { (found.id, $0) } },
                uniquingKeysWith: { first, _ in first })
            try readRecords(locked, into: &records) { byID[$0] }
            missing = missing.filter { records[$0] == nil }
        }
        answer.lockedElsewhere = missing
        var clock = try take().row(0)
        answer.now = try clock.next()
        answer.transaction = try clock.next()
        if !products.isEmpty {
            let result = try take()
            for index in 0..<result.rowCount {
                var row = result.row(index)
                let isProduct: Bool = try row.next()
                if isProduct {
                    answer.facts.archivedProducts.insert(try row.next())
                } else {
                    answer.facts.archivedWarehouses.insert(try row.next())
                }
            }
        }
        if !orders.isEmpty {
            answer.reservations = try ReservationRow.all(try take())
        }
        if !keys.isEmpty { answer.kept = try KeptRow.all(try take()) }
        // A ledger row is never older than the one before it, even if the clock went back.
        answer.now = max(answer.now, records.latestUpdate ?? answer.now)
        answer.facts.records = records
        return answer
    }

    /// Asks which of the rows that were not returned exist at all; nil when all were returned, which is the usual case.
    func queryForMissing(_ answer: Answer) -> PostgresQuery? {
        let missing = ids.filter { answer.lockedElsewhere.contains($0.value.key) }.keys
        return missing.isEmpty ? nil : PostgresQuery(Self.exist) { $0.appendArray(Array(missing)) }
    }

    /// Applies the result of `queryForMissing`: moves records that do not exist to `missingRecords`.
    func noteMissing(_ result: PostgresResult, in answer: inout Answer) throws(PostgresError) {
        var existing: Set<InventoryID> = []
        for index in 0..<result.rowCount { existing.insert(try result.row(index).value(0)) }
        for (id, reference) in ids where answer.lockedElsewhere.contains(reference.key) && !existing.contains(id) {
            answer.missingRecords.append((id, reference.key))
            answer.lockedElsewhere.remove(reference.key)
        }
    }

    private func readRecords(
        _ result: PostgresResult, into records: inout StockRecords,
        reference: (InventoryID) -> RecordReference?
    ) throws(PostgresError) {
        records.reserveCapacity(records.count + result.rowCount)
        for index in 0..<result.rowCount {
            var row = result.row(index)
            let id: InventoryID = try row.next()
            guard let reference = reference(id) else { continue }
            records[reference.key] = try RecordRow.figures(&row, id: id, reference: reference)
        }
    }

    static let begin = PostgresStatement("BEGIN ISOLATION LEVEL READ COMMITTED")
    /// Locks in id order, so that two batches cannot deadlock; skips rows that another session has locked.
    private static let lock = PostgresStatement(
        """
        SELECT id, quantity_on_hand, quantity_reserved, reorder_point, reorder_quantity, safety_stock, version, updated_at
        FROM inventory WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
        """)
    private static let exist = PostgresStatement("SELECT id FROM inventory WHERE id = ANY($1)")
    private static let lockByKey = PostgresStatement(
        """
        SELECT i.id, quantity_on_hand, quantity_reserved, reorder_point, reorder_quantity, safety_stock, version,
            updated_at
        FROM unnest($1::uuid[], $2::uuid[]) AS wanted(product_id, warehouse_id)
        JOIN inventory i USING (product_id, warehouse_id)
        ORDER BY i.id FOR NO KEY UPDATE OF i SKIP LOCKED
        """)
    private static let locateByKey = PostgresStatement(
        """
        SELECT i.id, i.product_id, i.warehouse_id
        FROM unnest($1::uuid[], $2::uuid[]) AS wanted(product_id, warehouse_id)
        JOIN inventory i USING (product_id, warehouse_id)
        """)
    private static let clock = PostgresStatement("SELECT clock_timestamp(), pg_current_xact_id()::text")
    private static let archived = PostgresStatement(
        """
        SELECT true, id FROM products WHERE archived AND id = ANY($1)
        UNION ALL SELECT false, id FROM warehouses WHERE archived AND id = ANY($2)
        """)
}
