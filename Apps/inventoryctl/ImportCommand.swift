import ArgumentParser
import Foundation
import PostgresClient
import Reactor
import Settings
import StockWriting
import Tables
import UseCases
import WritePath

/// `inventoryctl import`: imports a whole table into the database, all rows or none.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Imports a CSV table: all rows or none.",
        discussion: """
            products    sku,name,base_price,description
            warehouses  code,name,priority
            stock       sku,warehouse_code,quantity_on_hand,reorder_point,reorder_quantity

            Columns may be in any order; unknown columns are ignored. On errors, it prints one line each and exits \
            with 1. If the servers use Redis, set it here too, so that they serve the new figures at once.
            """)

    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case products, warehouses, stock
    }

    @Argument(help: "What the table holds: products, warehouses or stock.") var kind: Kind
    @Argument(help: ArgumentHelp("The file, or - for standard input.", valueName: "file")) var file: String
    @Flag(help: "Report all errors and the counts, but change nothing.") var dryRun = false
    @Flag(help: "Print the summary as a JSON object.") var json = false
    @OptionGroup(title: "Settings") var config: ConfigOptions
    @OptionGroup(title: "Database") var database: DatabaseOptions
    @OptionGroup(title: "Redis") var redis: RedisOptions
    @OptionGroup(title: "Cache") var cache: CacheOptions

    /// The actor in the ledger.
    private static let actor = "inventoryctl"

    func run() async throws {
        let (database, redis, cache) = try readingSettings {
            let source = try SettingsSource(config: config, options: [self.database, self.redis, self.cache])
            return (try DatabaseSettings(source), try RedisSettings.read(source), try CacheSettings(source))
        }
        let progress = TableProgress()
        let options = ImportOptions(actor: Self.actor, isDryRun: dryRun) { progress.tell("\($0) rows") }
        let reactor = try Reactor(name: "reactor")
        let shared = try SharedState(redis, life: cache.ttl, reactor: reactor, onEvent: writeToStandardError)
        // An unreachable Redis does not prevent an import.
        await shared.start()
        let summary: ImportSummary
        switch kind {
        case .products:
            let table = try read(ProductFormat.self, progress)
            summary = try await importing(database, shared, reactor) { imports throws(ServiceFailure) in
                try await imports.importProducts(table, options)
            }
        case .warehouses:
            let table = try read(WarehouseFormat.self, progress)
            summary = try await importing(database, shared, reactor) { imports throws(ServiceFailure) in
                try await imports.importWarehouses(table, options)
            }
        case .stock:
            let table = try read(StockFormat.self, progress)
            summary = try await importing(database, shared, reactor) { imports throws(ServiceFailure) in
                try await imports.importStock(table, options)
            }
        }
        await shared.shutdown()
        progress.end()
        report(summary)
    }

    private func report(_ summary: ImportSummary) {
        if json {
            print(
                #"{"rows":\#(summary.rows),"created":\#(summary.created),"updated":\#(summary.updated),"#
                    + #""unchanged":\#(summary.unchanged),"dry_run":\#(dryRun)}"#)
        } else {
            print(
                "\(summary.rows) rows: \(summary.created) created, \(summary.updated) updated, "
                    + "\(summary.unchanged) unchanged" + (dryRun ? " (dry run: nothing was changed)" : ""))
        }
    }

    private func importing(
        _ database: DatabaseSettings, _ shared: SharedState, _ reactor: Reactor,
        _ body: (PostgresBulkImport) async throws(ServiceFailure) -> ImportSummary
    ) async throws -> ImportSummary {
        var summary = ImportSummary(rows: 0, created: 0, updated: 0)
        try await PooledSession.run(database, reactor: reactor) { client in
            summary = try await body(PostgresBulkImport(client: client, cache: shared.cache, reactor: reactor))
        }
        return summary
    }

    /// Reads the whole file. It blocks: this program does nothing else meanwhile.
    private func read<Format: TableFormat>(
        _: Format.Type, _ progress: TableProgress
    ) throws -> ImportTable<Format.Row> {
        let handle: FileHandle
        if file == "-" {
            handle = .standardInput
        } else if let opened = FileHandle(forReadingAtPath: file) {
            handle = opened
        } else {
            throw Failure.unusable("\(file) cannot be opened")
        }
        var reader = TableReader<Format>()
        var bytes = 0
        do {
            while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
                reader.read(Array(piece).span)
                bytes += piece.count
                progress.tell("\(bytes >> 20) MiB read")
            }
        } catch {
            throw Failure.unusable("\(file) cannot be read: \(error)")
        }
        return reader.finish()
    }
}
