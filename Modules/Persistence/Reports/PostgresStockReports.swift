public import PostgresClient
public import Reactor
public import UseCases

/// Reports on PostgreSQL. A summary is read once for all who ask within two seconds, whoever asks.
public actor PostgresStockReports: StockReports {
    public nonisolated var unownedExecutor: UnownedSerialExecutor { reactor.asUnownedSerialExecutor() }

    /// How old a summary may be when it is given; the reading itself comes on top. Five seconds are promised.
    private static let life = Duration.seconds(2)
    private static let timeout = Duration.seconds(10)
    /// Out of stock is low, because a reorder point is never negative: the index on low records serves both.
    private static let summary = PostgresStatement(
        """
        SELECT low.out_of_stock, low.count, stock.value, (SELECT count(*) FROM products), stock.count, held.count,
            held.units, tried.attempts, tried.succeeded,
            (SELECT count(*) FROM low_stock_alerts WHERE status = 'open')
        FROM (
            SELECT count(*) AS count, count(*) FILTER (WHERE quantity_available = 0) AS out_of_stock
            FROM inventory WHERE is_low_stock
        ) low, (
            SELECT count(*) AS count, coalesce(sum(i.quantity_on_hand * p.base_price), 0.00)::text AS value
            FROM inventory i JOIN products p ON p.id = i.product_id
        ) stock, (
            SELECT count(*) AS count, coalesce(sum(quantity), 0)::bigint AS units FROM reservations
            WHERE status = 'pending'
        ) held, (
            SELECT coalesce(sum(attempts), 0)::bigint AS attempts, coalesce(sum(succeeded), 0)::bigint AS succeeded
            FROM reservation_attempts WHERE minute > clock_timestamp() - interval '24 hours'
        ) tried
        """)

    private nonisolated let reactor: Reactor
    private let client: PostgresClient
    private var last: (summary: StockSummary, readAt: ContinuousClock.Instant)?
    private var reading: Task<Result<StockSummary, ServiceFailure>, Never>?

    public init(client: PostgresClient, reactor: Reactor) {
        self.client = client
        self.reactor = reactor
    }

    public func summary() async throws(ServiceFailure) -> StockSummary {
        if let last, ContinuousClock.now - last.readAt < Self.life { return last.summary }
        if let reading { return try await reading.value.get() }
        let started = ContinuousClock.now
        let task = Task { await read() }
        reading = task
        let result = await task.value
        reading = nil
        if case .success(let summary) = result { last = (summary, started) }
        return try result.get()
    }

    private func read() async -> Result<StockSummary, ServiceFailure> {
        do throws(PostgresError) {
            let result = try await client.query(PostgresQuery(Self.summary), timeout: Self.timeout)
            var row = result.row(0)
            return .success(
                StockSummary(
                    outOfStockCount: try row.next(), lowStockCount: try row.next(),
                    inventoryValue: try row.next(), productCount: try row.next(),
                    inventoryCount: try row.next(), pendingReservations: try row.next(),
                    pendingUnits: try row.next(), attempts: try row.next(), succeeded: try row.next(),
                    openAlerts: try row.next()))
        } catch {
            return .failure(ServiceFailure(error))
        }
    }
}
