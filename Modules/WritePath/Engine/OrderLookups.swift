import Domain
import PostgresClient
import PostgresDirectory
import PostgresRows
import Reactor
import UseCases

/// Reads, without locks, which records hold pending reservations of orders: many orders in one query.
///
/// A confirm or release names only its order, and needs its records before it can lock them. While a query runs the next
/// orders gather, so that at ten thousand confirms a second PostgreSQL answers a few hundred queries.
actor OrderLookups {
    typealias Answer = Result<[InventoryID], ServiceFailure>

    nonisolated let reactor: Reactor
    nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let client: PostgresClient
    /// The records of orders that this process reserved recently.
    private var remembered = Remembered<OrderID, [InventoryID]>(limit: rememberedLimit)
    private var waiting: [(order: OrderID, completion: @Sendable (Answer) -> Void)] = []
    private var queries = 0

    /// The most orders remembered, some 150 bytes each. A busy process reserves that many in ten minutes, and by then most
    /// orders are paid or abandoned.
    private static let rememberedLimit = 100_000
    /// The most records remembered for one order.
    private static let recordLimit = 20
    /// Orders in one query: a few milliseconds of the database's time.
    private static let orderLimit = 500
    /// Queries that run at once: the second one hides the network latency of the first.
    private static let queryLimit = 2

    init(client: PostgresClient, reactor: Reactor) {
        self.client = client
        self.reactor = reactor
    }

    /// Finds the records of the order's pending reservations.
    /// - Parameter completion: called on the reactor's thread with the records, which may be empty, or with
    ///   `.refused(.unknownOrder)` when the order has no reservation at all.
    func find(_ order: OrderID, _ completion: @escaping @Sendable (Answer) -> Void) {
        if let records = remembered[order] { return completion(.success(records)) }
        waiting.append((order, completion))
        guard queries < Self.queryLimit else { return }
        queries += 1
        Task(executorPreference: reactor) { await self.work() }
    }

    /// Remembers which records were reserved for an order. If the order has further records by the time it is resolved, the
    /// lane finds them under its locks and requeues the command with those too.
    func learn(_ order: OrderID, _ records: [InventoryID]) {
        var all = remembered[order] ?? []
        for record in records where !all.contains(record) { all.append(record) }
        // For a larger order the query is cheap compared with the rest of the work.
        if all.count <= Self.recordLimit {
            remembered.learn(order, all)
        } else {
            remembered.forget(order)
        }
    }

    func forget(_ order: OrderID) { remembered.forget(order) }

    func records(of order: OrderID) async throws(ServiceFailure) -> [InventoryID] {
        try await withCheckedContinuation { continuation in
            find(order) { continuation.resume(returning: $0) }
        }.get()
    }

    private func work() async {
        while !waiting.isEmpty {
            let batch = Array(waiting.prefix(Self.orderLimit))
            waiting.removeFirst(batch.count)
            let found = await read(batch.map(\.order))
            for (order, completion) in batch {
                switch found {
                case .failure(let failure): completion(.failure(failure))
                case .success(let records):
                    completion(records[order].map(Answer.success) ?? .failure(.refused(.unknownOrder(order))))
                }
            }
        }
        queries -= 1
    }

    private func read(_ orders: [OrderID]) async -> Result<[OrderID: [InventoryID]], ServiceFailure> {
        do throws(PostgresError) {
            let result = try await client.query(PostgresQuery(Self.recordsOfOrders) { $0.appendArray(orders) })
            var found: [OrderID: [InventoryID]] = [:]
            for index in 0..<result.rowCount {
                var row = result.row(index)
                let order: OrderID = try row.next()
                let id: InventoryID = try row.next()
                let isPending: Bool = try row.next()
                found[order, default: []] += isPending ? [id] : []
            }
            return .success(found)
        } catch {
            return .failure(ServiceFailure(error))
        }
    }

    private static let recordsOfOrders = PostgresStatement(
        """
        SELECT order_id, inventory_id, bool_or(status = 'pending') FROM reservations WHERE order_id = ANY($1)
        GROUP BY order_id, inventory_id
        """)
}
