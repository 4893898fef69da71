import Domain
import PostgresClient
import PostgresDirectory
import PostgresRows
import Reactor
import UseCases

/// Reads, without locks, which records hold pending reservations of orders: many orders in one query.
///
/// A confirm or release names its order only, and must know its records before it can hold them. While one query is
/// under way the next orders gather, so that at ten thousand confirms a second PostgreSQL answers a few hundred queries.
actor OrderLookups {
    typealias Answer = Result<[InventoryID], ServiceFailure>

    nonisolated let reactor: Reactor
    nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    private let client: PostgresClient
    /// Records of orders that this process reserved for lately.
    private var remembered = Remembered<OrderID, [InventoryID]>(limit: highestRemembered)
    private var waiting: [(order: OrderID, take: @Sendable (Answer) -> Void)] = []
    private var queries = 0

    /// Orders whose records are remembered, some 150 bytes each: what a busy process reserves in ten minutes is paid or
    /// given up by then.
    private static let highestRemembered = 100_000
    /// Records of one order that are remembered.
    private static let highestRecords = 20
    /// Orders in one query: a few milliseconds of the database's time.
    private static let highestOrders = 500
    /// Queries under way at once: the second hides the first one's way there and back.
    private static let highestQueries = 2

    init(client: PostgresClient, reactor: Reactor) {
        self.client = client
        self.reactor = reactor
    }

    /// Asks for the records of the order's pending reservations, none perhaps.
    /// - Parameter take: is given them, on the reactor's thread; `.refused(.unknownOrder)` when the order has no
    ///   reservation at all.
    func look(for order: OrderID, _ take: @escaping @Sendable (Answer) -> Void) {
        if let records = remembered[order] { return take(.success(records)) }
        waiting.append((order, take))
        guard queries < Self.highestQueries else { return }
        queries += 1
        Task(executorPreference: reactor) { await self.work() }
    }

    /// Remembers which records were reserved for an order. Should it have more by the time it is resolved, or other ones
    /// in another process, the lane meets them under its locks and asks for those too.
    func learn(_ order: OrderID, _ records: [InventoryID]) {
        var all = remembered[order] ?? []
        for record in records where !all.contains(record) { all.append(record) }
        // Of a larger one the query costs little beside the rest.
        if all.count <= Self.highestRecords {
            remembered.learn(order, all)
        } else {
            remembered.forget(order)
        }
    }

    func forget(_ order: OrderID) { remembered.forget(order) }

    func records(of order: OrderID) async throws(ServiceFailure) -> [InventoryID] {
        try await withCheckedContinuation { continuation in
            look(for: order) { continuation.resume(returning: $0) }
        }.get()
    }

    private func work() async {
        while !waiting.isEmpty {
            let batch = Array(waiting.prefix(Self.highestOrders))
            waiting.removeFirst(batch.count)
            let found = await read(batch.map(\.order))
            for (order, take) in batch {
                switch found {
                case .failure(let failure): take(.failure(failure))
                case .success(let records):
                    take(records[order].map(Answer.success) ?? .failure(.refused(.unknownOrder(order))))
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
