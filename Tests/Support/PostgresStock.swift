import Cache
package import Domain
import Locking
import Logging
package import PostgresClient
package import PostgresDirectory
import PostgresRows
import PostgresSchema
package import PostgresStores
import Reactor
import Synchronization
package import UseCases
package import WritePath

/// The write path over a test's own database, composed as in the API.
package final class PostgresStock: Sendable {
    package let database: TestDatabase
    package let client: PostgresClient
    private let lookups: PostgresClient
    package let directory: PostgresRecordDirectory
    package let catalogue: PostgresCatalogue
    package let queries: PostgresStockQueries
    package let engine: CommandEngine
    /// Every batch that was decided and committed.
    package let trace = Trace()

    package final class Trace: Sendable {
        private let batches = Mutex<[DecidedBatch]>([])

        func append(_ batch: DecidedBatch) { batches.withLock { $0.append(batch) } }

        /// In an equivalent serial order.
        package var inOrder: [DecidedBatch] { batches.withLock { $0 }.sorted { $0.sequence < $1.sequence } }
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
    /// - Parameter lanes: another connection to the database for the lanes, such as a proxy.
    package static func with<Value>(
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

    /// Runs a body with another engine over an existing database, like a second API process.
    package static func on<Value>(
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

    // MARK: Test setup and state for assertions

    /// Creates products and warehouses with these codes.
    /// - Returns: a reference for each pair; none of the records exists yet.
    package func makeCatalogue(skus: [String], warehouses: [String]) async throws -> [RecordReference] {
        var products: [(ProductID, SKU)] = []
        var places: [(WarehouseID, WarehouseCode)] = []
        for text in skus {
            guard let sku = SKU(text) else { preconditionFailure("invalid SKU: \(text)") }
            let draft = ProductDraft(sku: sku, name: text, basePrice: Money(hundredths: 1_999))
            products.append((try await catalogue.createProduct(draft).id, sku))
        }
        for text in warehouses {
            guard let code = WarehouseCode(text) else { preconditionFailure("invalid code: \(text)") }
            places.append((try await catalogue.createWarehouse(WarehouseDraft(code: code, name: text)).id, code))
        }
        return products.flatMap { product, sku in
            places.map { place, code in
                RecordReference(
                    key: RecordKey(product: product, warehouse: place), sku: sku, warehouseCode: code)
            }
        }
    }

    package func record(_ reference: RecordReference) async throws -> InventoryRecord? {
        try await directory.locate(reference: reference, queries: queries)
    }

    /// The whole ledger of a record, oldest first.
    package func ledger(of id: InventoryID) async throws -> [LedgerEntry] {
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

    /// Makes the pending reservations of an order overdue.
    package func makeOverdue(_ order: OrderID) async throws {
        try await sql(
            "UPDATE reservations SET expires_at = '1970-01-01 00:00:00.001Z' WHERE order_id = '\(order)' AND status = 'pending'"
        )
    }

    package func sql(_ text: String) async throws {
        try await client.withConnection { connection in
            try await connection.script(text, timeout: .seconds(60))
        }
    }

    package func count(_ text: String) async throws -> Int64 {
        let result = try await client.query(PostgresQuery(PostgresStatement(text)))
        return try result.row(0).value(0)
    }

    /// The violations that an audit finds; should be empty at the end of every test.
    package func audit() async throws -> [String] {
        try await client.withConnection { connection in
            try await StockAudit(connection: connection).run { _ in }.violations
        }
    }
}

extension PostgresRecordDirectory {
    /// Reads a record by its codes, directly from the database.
    fileprivate func locate(
        reference: RecordReference, queries: PostgresStockQueries
    ) async throws -> InventoryRecord? {
        let filter = RecordFilter(sku: reference.sku, warehouseCode: reference.warehouseCode)
        return try await queries.records(filter, page: PageRequest(limit: 1)).items.first
    }
}
