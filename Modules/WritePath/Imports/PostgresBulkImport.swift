import Domain
import Foundation
package import PostgresClient
import PostgresRows
package import Reactor
package import UseCases

/// Imports whole tables into PostgreSQL, each in one transaction, in statements of thousands of rows.
package struct PostgresBulkImport: BulkImport {
    /// Rows of one statement: enough to make the round trip negligible, few enough for parameters of about a megabyte.
    static let chunk = 5_000

    let client: PostgresClient
    let cache: any StockCache
    let alertNotifier: AlertNotifier

    /// - Parameters:
    ///   - client: a pool; an import uses one connection exclusively until it ends.
    ///   - cache: receives the committed records.
    package init(client: PostgresClient, cache: any StockCache, reactor: Reactor) {
        self.client = client
        self.cache = cache
        alertNotifier = AlertNotifier(reactor: reactor, client: client)
    }

    package func importProducts(
        _ table: ImportTable<ImportedProduct>, _ options: ImportOptions
    ) async throws(ServiceFailure) -> ImportSummary {
        try await importRows(table, "products", options) { rows in
            // In SKU order, as every writer of several products does, so that two of them cannot deadlock.
            let rows = rows.sorted { $0.sku.description < $1.sku.description }
            return PostgresQuery(Self.mergeProducts) { parameters in
                parameters.appendArray(rows.map { _ in newIdentifier(of: Product.self) })
                parameters.appendArray(rows.map(\.sku.description))
                parameters.appendArray(rows.map(\.name))
                parameters.appendArray(rows.map { folded($0.name) })
                parameters.appendArray(rows.map(\.basePrice.hundredths))
                parameters.appendArray(nullable: rows.map { $0.description ?? nil })
                parameters.append(rows.contains { $0.description != nil })
            }
        }
    }

    package func importWarehouses(
        _ table: ImportTable<ImportedWarehouse>, _ options: ImportOptions
    ) async throws(ServiceFailure) -> ImportSummary {
        try await importRows(table, "warehouses", options) { rows in
            let rows = rows.sorted { $0.code.description < $1.code.description }
            return PostgresQuery(Self.mergeWarehouses) { parameters in
                parameters.appendArray(rows.map { _ in newIdentifier(of: Warehouse.self) })
                parameters.appendArray(rows.map(\.code.description))
                parameters.appendArray(rows.map(\.name))
                parameters.appendArray(nullable: rows.map(\.priority))
            }
        }
    }

    /// Imports a table whose rows one statement per chunk merges into the existing ones.
    private func importRows<Row: Sendable>(
        _ table: ImportTable<Row>, _ kind: String, _ options: ImportOptions, _ merge: ([Row]) -> PostgresQuery
    ) async throws(ServiceFailure) -> ImportSummary {
        guard table.faults.isEmpty else { throw .invalidRows(table.faults) }
        return try await ImportTransaction(client: client, kind: kind, options: options).run { connection in
            var created = 0
            var updated = 0
            for start in stride(from: 0, to: table.rows.count, by: Self.chunk) {
                let rows = table.rows[start..<min(start + Self.chunk, table.rows.count)].map(\.value)
                let result = try await connection.run(merge(rows), timeout: ImportTransaction.statementLimit)
                var row = result.row(0)
                created += Int(try row.next(as: Int64.self))
                updated += Int(try row.next(as: Int64.self))
                options.progress(start + rows.count)
            }
            return ImportSummary(rows: table.rows.count, created: created, updated: updated)
        }
    }

    /// `xmax` is 0 in a row that this statement inserted, and this transaction's id in one that it updated.
    private static let mergeProducts = PostgresStatement(
        """
        WITH merged AS (
            INSERT INTO products AS p
                (id, sku, name, name_folded, base_price, description, created_at, updated_at)
            SELECT n.id, n.sku, n.name, n.name_folded, n.price / 100.0, n.description,
                date_trunc('milliseconds', clock_timestamp()), date_trunc('milliseconds', clock_timestamp())
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[])
                AS n(id, sku, name, name_folded, price, description)
            ON CONFLICT (sku) DO UPDATE SET name = excluded.name, name_folded = excluded.name_folded,
                base_price = excluded.base_price,
                description = CASE WHEN $7 THEN excluded.description ELSE p.description END,
                updated_at = excluded.updated_at
            WHERE p.name <> excluded.name OR p.base_price <> excluded.base_price
                OR ($7 AND p.description IS DISTINCT FROM excluded.description)
            RETURNING xmax = 0 AS is_new
        )
        SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM merged
        """)

    private static let mergeWarehouses = PostgresStatement(
        """
        WITH merged AS (
            INSERT INTO warehouses AS w (id, code, name, priority, created_at, updated_at)
            SELECT n.id, n.code, n.name, coalesce(n.priority, known.priority, 0),
                date_trunc('milliseconds', clock_timestamp()), date_trunc('milliseconds', clock_timestamp())
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[]) AS n(id, code, name, priority)
            LEFT JOIN warehouses known ON known.code = n.code
            ON CONFLICT (code) DO UPDATE SET name = excluded.name, priority = excluded.priority,
                updated_at = excluded.updated_at
            WHERE w.name <> excluded.name OR w.priority <> excluded.priority
            RETURNING xmax = 0 AS is_new
        )
        SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM merged
        """)
}
