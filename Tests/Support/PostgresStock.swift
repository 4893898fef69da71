public import Cache
public import Domain
public import Locking
import Logging
public import Persistence
public import PostgresClient
import Reactor
import Synchronization
public import UseCases

/// The write path on a test's private database, composed as in the API.
public final class PostgresStock: Sendable {
    public let database: TestDatabase
    public let client: PostgresClient
    private let lookups: PostgresClient
    public let directory: PostgresRecordDirectory
    public let catalogue: PostgresCatalogue
    public let queries: PostgresStockQueries
    public let engine: CommandEngine
    /// Every committed batch with its decision.
    public let trace = Trace()

    public final class Trace: Sendable {
        private let batches = Mutex<[DecidedBatch]>([])

        func append(_ batch: DecidedBatch) { batches.withLock { $0.append(batch) } }

        /// In an order in which they could have run serially.
        public var inOrder: [DecidedBatch] { batches.withLock { $0 }.sorted { $0.sequence < $1.sequence } }
    }

    private init(
        database: TestDatabase, lanes: PostgresConfiguration?, leases: any LeaseStore, cache: any StockCache,
        settings: EngineSettings, directoryLimit: Int
    ) {
        self.database = database
        let reactor = TestDatabase.reactor
        client = PostgresClient(
            configuration: database.configuration, reactor: reactor, sharedConnections: 1, maximumConnections: 4)
        lookups = PostgresClient(
            configuration: KeySession.configuration(database.configuration), reactor: reactor, sharedConnections: 1,
            maximumConnections: 1)
        directory = PostgresRecordDirectory(client: lookups, limit: directoryLimit)
        catalogue = PostgresCatalogue(client: client)
        queries = PostgresStockQueries(client: client, lookups: lookups, directory: directory)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let trace = trace
        engine = CommandEngine(
            reactor: reactor,
            configuration: settings.sendsSettingsInTransaction
                ? database.configuration : LaneSession.configuration(lanes ?? database.configuration),
            client: lookups, directory: directory, leases: leases, cache: cache, settings: settings, logger: logger,
            observer: { trace.append($0) })
    }

    /// Runs a body with a running engine over a new database.
    /// - Parameter lanes: another configuration of the lanes' connections, such as a proxy.
    public static func with<Value>(
        leases: any LeaseStore = InProcessLeaseStore(), cache: any StockCache = NoStockCache(),
        settings: EngineSettings = EngineSettings(), lanes: ((TestDatabase) -> PostgresConfiguration)? = nil,
        directoryLimit: Int = PostgresRecordDirectory.standardLimit,
        _ body: (PostgresStock) async throws -> Value
    ) async throws -> Value {
        try await TestDatabase.with { database in
            try await on(
                database, leases: leases, cache: cache, settings: settings, lanes: lanes?(database),
                directoryLimit: directoryLimit, body)
        }
    }

    /// Runs a body with another engine on a database, like a second API process.
    public static func on<Value>(
        _ database: TestDatabase, leases: any LeaseStore = InProcessLeaseStore(),
        cache: any StockCache = NoStockCache(), settings: EngineSettings = EngineSettings(),
        lanes: PostgresConfiguration? = nil, directoryLimit: Int = PostgresRecordDirectory.standardLimit,
        _ body: (PostgresStock) async throws -> Value
    ) async throws -> Value {
        let stock = PostgresStock(
            database: database, lanes: lanes, leases: leases, cache: cache, settings: settings,
            directoryLimit: directoryLimit)
        let running = Task { await stock.engine.run() }
        let result: Result<Value, any Error>
        do { result = .success(try await body(stock)) } catch { result = .failure(error) }
        running.cancel()
        await running.value
        await stock.lookups.shutdown()
        await stock.client.shutdown()
        return try result.get()
    }

    // MARK: Setup and inspection

    /// Creates products and warehouses; returns a record reference for each pair of them.
    public func makeCatalogue(skus: [String], warehouses: [String]) async throws -> [RecordReference] {
        var products: [(ProductID, SKU)] = []
        var places: [(WarehouseID, WarehouseCode)] = []
        for text in skus {
            guard let sku = SKU(text) else { throw Overdue(what: "bad SKU") }
            let draft = ProductDraft(sku: sku, name: text, basePrice: Money(hundredths: 1_999))
            products.append((try await catalogue.createProduct(draft).id, sku))
        }
        for text in warehouses {
            guard let code = WarehouseCode(text) else { throw Overdue(what: "bad code") }
            places.append((try await catalogue.createWarehouse(WarehouseDraft(code: code, name: text)).id, code))
        }
        return products.flatMap { product, sku in
            places.map { place, code in
                RecordReference(
                    key: RecordKey(product: product, warehouse: place), sku: sku, warehouseCode: code)
            }
        }
    }

    public func record(_ reference: RecordReference) async throws -> InventoryRecord? {
        try await directory.locate(reference: reference, queries: queries)
    }

    /// The whole ledger of a record, oldest first.
    public func ledger(of id: InventoryID) async throws -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        var cursor: Cursor?
        repeat {
            let page = try await queries.transactions(
                of: id, LedgerFilter(), page: PageRequest(limit: 500, cursor: cursor))
            entries += page.items
            cursor = page.next
        } while cursor != nil
        return entries.reversed()
    }

    /// Makes all pending reservations of an order overdue.
    public func makeOverdue(_ order: OrderID) async throws {
        try await sql(
            "UPDATE reservations SET expires_at = '1970-01-01 00:00:00.001Z' WHERE order_id = '\(order)' AND status = 'pending'"
        )
    }

    public func sql(_ text: String) async throws {
        try await client.withConnection { connection in
            try await connection.script(text, timeout: .seconds(60))
        }
    }

    public func count(_ text: String) async throws -> Int64 {
        let result = try await client.query(PostgresQuery(PostgresStatement(text)))
        return try result.row(0).value(0)
    }

    /// The violations that an audit finds; a test should end without any.
    public func audit() async throws -> [String] {
        try await client.withConnection { connection in
            try await StockAudit(connection: connection).run { _ in }.violations
        }
    }
}

extension PostgresRecordDirectory {
    /// A record by its key, straight from the database.
    fileprivate func locate(
        reference: RecordReference, queries: PostgresStockQueries
    ) async throws -> InventoryRecord? {
        let filter = RecordFilter(sku: reference.sku, warehouseCode: reference.warehouseCode)
        return try await queries.records(filter, page: PageRequest(limit: 1)).items.first
    }
}
