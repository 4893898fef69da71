import Domain
import PostgresClient
package import UseCases

extension PostgresBulkImport {
    /// Changed records that are published one by one. What is above is forgotten as a whole: one write, after which
    /// readers find the database.
    private static let publishedLimit = 20_000
    /// Records of one call to the cache, which waits 50 ms at most for each.
    private static let publishedAtOnce = 1_000

    package func importStock(
        _ table: ImportTable<ImportedStock>, _ options: ImportOptions
    ) async throws(ServiceFailure) -> ImportSummary {
        var published: [InventoryRecord] = []
        var changed = 0
        var raisesAlerts = false
        let transaction = ImportTransaction(client: client, kind: "stock", options: options)
        let summary: ImportSummary
        do throws(ServiceFailure) {
            summary = try await transaction.run { connection in
                var run = StockImport(connection: connection, table: table, options: options)
                published.removeAll()
                changed = 0
                return try await run.all { machine in
                    raisesAlerts = raisesAlerts || machine.changes.raisesAlerts
                    let records = BatchSave(machine).publishedRecords()
                    changed += records.count
                    if changed <= Self.publishedLimit { published += records } else { published.removeAll() }
                }
            }
        } catch {
            // Its COMMIT may have happened all the same.
            if case .unavailable = error, changed > 0 {
                if changed > Self.publishedLimit {
                    await cache.invalidateAll()
                } else {
                    await cache.invalidate(published)
                }
            }
            throw error
        }
        guard !options.isDryRun else { return summary }
        if changed > Self.publishedLimit {
            await cache.invalidateAll()
        } else {
            for start in stride(from: 0, to: published.count, by: Self.publishedAtOnce) {
                await cache.publish(Array(published[start..<min(start + Self.publishedAtOnce, published.count)]))
            }
        }
        if raisesAlerts { await bell.ring() }
        return summary
    }
}
