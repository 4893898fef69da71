package import Domain
package import PostgresClient
package import PostgresDirectory
import PostgresRows
package import UseCases

/// Reads of stock on PostgreSQL. All lists are paged by keyset.
package struct PostgresStockQueries: StockQueries {
    private let client: PostgresClient
    private let lookups: PostgresClient
    private let directory: PostgresRecordDirectory

    /// - Parameters:
    ///   - client: for lists, whose plans depend on the filter.
    ///   - lookups: for reads by key; its sessions have `KeySession`'s settings.
    package init(client: PostgresClient, lookups: PostgresClient, directory: PostgresRecordDirectory) {
        self.client = client
        self.lookups = lookups
        self.directory = directory
    }

    package func record(_ id: InventoryID) async throws(ServiceFailure) -> InventoryRecord? {
        try await lookups.rows(PostgresQuery(RecordRow.byID) { $0.append(id) }, RecordRow.record).first
    }

    package func records(
        _ filter: RecordFilter, page: PageRequest
    ) async throws(ServiceFailure) -> Page<InventoryRecord> {
        let after: InventoryID? = try page.identifier(at: 0, of: 1, in: "records")
        let rows = try await client.rows(
            PostgresQuery(RecordRow.list(filter)) { parameters in
                parameters.append(after ?? InventoryID(high: 0, low: 0))
                parameters.append(Int64(page.limit + 1))
                if let sku = filter.sku { parameters.append(sku.description) }
                if let code = filter.warehouseCode { parameters.append(code.description) }
            }, RecordRow.record)
        return Page(rows: rows, limit: page.limit) { Cursor(["records", $0.id.description]) }
    }

    package func lowStock(
        warehouse: WarehouseCode?, page: PageRequest
    ) async throws(ServiceFailure) -> Page<LowStockLine> {
        let available = try page.integer(at: 0, of: 2, in: "lowStock")
        let after: InventoryID? = try page.identifier(at: 1, of: 2, in: "lowStock")
        let rows = try await client.rows(
            PostgresQuery(warehouse == nil ? LowStockRow.all : LowStockRow.ofWarehouse) { parameters in
                parameters.append(available ?? Int64.min)
                parameters.append(after ?? InventoryID(high: 0, low: 0))
                parameters.append(Int64(page.limit + 1))
                if let warehouse { parameters.append(warehouse.description) }
            }, LowStockRow.line)
        return Page(rows: rows, limit: page.limit) {
            Cursor(["lowStock", String($0.quantityAvailable), $0.inventoryID.description])
        }
    }

    package func transactions(
        of id: InventoryID, _ filter: LedgerFilter, page: PageRequest
    ) async throws(ServiceFailure) -> Page<LedgerEntry> {
        let before = try page.integer(at: 0, of: 1, in: "transactions")
        let rows = try await client.rows(
            PostgresQuery(LedgerRow.list) { parameters in
                parameters.append(id)
                parameters.append(before ?? Int64.max)
                parameters.append(filter.kind?.rawValue)
                // `from` is inclusive and `to` is exclusive: each bound is the last version written before that
                // millisecond.
                parameters.append(filter.from.map { Instant(milliseconds: $0.milliseconds - 1) })
                parameters.append(filter.to.map { Instant(milliseconds: $0.milliseconds - 1) })
                parameters.append(Int64(page.limit + 1))
            }, LedgerRow.entry)
        return Page(rows: rows, limit: page.limit) { Cursor(["transactions", String($0.version)]) }
    }

    package func ledger(page: PageRequest) async throws(ServiceFailure) -> Page<LedgerEntry> {
        let record: InventoryID? = try page.identifier(at: 0, of: 2, in: "ledger")
        let version = try page.integer(at: 1, of: 2, in: "ledger")
        let rows = try await client.rows(
            PostgresQuery(LedgerRow.all) { parameters in
                parameters.append(record ?? InventoryID(high: 0, low: 0))
                parameters.append(version ?? 0)
                parameters.append(Int64(page.limit + 1))
            }, LedgerRow.entry)
        return Page(rows: rows, limit: page.limit) {
            Cursor(["ledger", $0.inventoryID.description, String($0.version)])
        }
    }

    package func state(of id: InventoryID, at instant: Instant) async throws(ServiceFailure) -> StockState {
        let rows = try await lookups.rows(
            PostgresQuery(LedgerRow.stateAt) { parameters in
                parameters.append(id)
                parameters.append(instant)
            }
        ) { (row: inout PostgresRow) throws(PostgresError) in
            StockState(
                quantityOnHand: try row.next(), quantityReserved: try row.next(), version: try row.next())
        }
        return rows.first ?? StockState(quantityOnHand: 0, quantityReserved: 0, version: 0)
    }

    package func availability(_ products: [ProductID]) async throws(ServiceFailure) -> [ProductAvailability] {
        var skus: [ProductID: SKU] = [:]
        var lines: [ProductID: [ProductAvailability.Line]] = [:]
        let rows = try await lookups.rows(
            PostgresQuery(AvailabilityRow.byProduct) { $0.appendArray(products) }, AvailabilityRow.init)
        for row in rows {
            skus[row.product] = row.sku
            if let line = row.line { lines[row.product, default: []].append(line) }
        }
        return products.compactMap { product in
            skus[product].map { ProductAvailability(product: product, sku: $0, lines: lines[product] ?? []) }
        }
    }

    package func reservations(of order: OrderID) async throws(ServiceFailure) -> [Reservation] {
        let rows = try await lookups.rows(
            PostgresQuery(ReservationRow.byOrder) { $0.appendArray([order]) },
            { (row: inout PostgresRow) throws(PostgresError) in try ReservationRow(&row) })
        let references = try await directory.references(of: rows.map(\.inventoryID))
        guard rows.allSatisfy({ references[$0.inventoryID] != nil }) else {
            throw .internalFault(cause: "a reservation's record is not known")
        }
        return rows.compactMap { row in references[row.inventoryID].map(row.reservation) }
    }
}
