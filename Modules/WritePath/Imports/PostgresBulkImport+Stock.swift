import Domain
import PostgresClient
package import UseCases

extension PostgresBulkImport {
    /// The most changed records that are published one by one. A larger import invalidates the whole cache in one write,
    /// after which readers go to the database.
    private static let publishedLimit = 20_000
    /// The most records per call to the cache; each call takes at most 50 ms.
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
                var stockImport = StockImport(connection: connection, table: table, options: options)
                published.removeAll()
                changed = 0
                return try await stockImport.run { machine in
                    raisesAlerts = raisesAlerts || machine.changes.raisesAlerts
                    let records = BatchSave(machine).publishedRecords()
                    changed += records.count
                    if changed <= Self.publishedLimit { published += records } else { published.removeAll() }
                }
            }
        } catch {
            // The COMMIT may have taken effect nevertheless.
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
        if raisesAlerts { await alertNotifier.notifySoon() }
        return summary
    }
}
