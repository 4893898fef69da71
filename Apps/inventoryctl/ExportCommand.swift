import ArgumentParser
import CSV
import Foundation
import PostgresClient
import PostgresDirectory
import PostgresStores
import Reactor
import Settings
import Tables
import UseCases

/// `inventoryctl export`: exports a whole table from the database, page by page.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes products, inventory or transactions as a CSV table.",
        discussion: "Reads from the replica if DATABASE_REPLICA_URL is set.")

    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case products, inventory, transactions
    }

    @Argument(help: "What to write: products, inventory or transactions.") var kind: Kind
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "A file, which appears only when it is complete (default: standard output).", valueName: "file"))
    var output: String?
    @OptionGroup(title: "Settings") var config: ConfigOptions
    @OptionGroup(title: "Database") var database: DatabaseOptions
    @OptionGroup(title: "Replica") var replica: ReplicaOptions

    private static let pageRows = 5_000

    func run() async throws {
        let (database, replica) = try readingSettings {
            let source = try SettingsSource(config: config, options: [self.database, self.replica])
            return (try DatabaseSettings(source), try ReplicaSettings(source))
        }
        let partial = output.map { $0 + ".partial" }
        let file = try open(partial)
        let progress = TableProgress()
        var count = 0
        try await PooledSession.run(database, url: replica.url) { client in
            let queries = PostgresStockQueries(
                client: client, lookups: client, directory: PostgresRecordDirectory(client: client))
            switch kind {
            case .products:
                let catalogue = PostgresCatalogue(client: client)
                count = try await write(ExportColumns.product, to: file, progress) { page throws(ServiceFailure) in
                    try await catalogue.products(search: nil, archived: nil, page: page)
                } row: {
                    $0.product($1)
                }
            case .inventory:
                count = try await write(ExportColumns.record, to: file, progress) { page throws(ServiceFailure) in
                    try await queries.records(RecordFilter(), page: page)
                } row: {
                    $0.record($1)
                }
            case .transactions:
                count = try await write(ExportColumns.transaction, to: file, progress) { page throws(ServiceFailure) in
                    try await queries.ledger(page: page)
                } row: {
                    $0.transaction($1)
                }
            }
        }
        if let output, let partial {
            try file.close()
            guard rename(partial, output) == 0 else { throw Failure.unusable("\(output) cannot be written") }
        }
        progress.end()
        writeToStandardError("\(count) rows")
    }

    private func open(_ path: String?) throws -> FileHandle {
        guard let path else { return .standardOutput }
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw Failure.unusable("\(path) cannot be written") }
        return file
    }

    /// Blocks while it writes: this program does nothing else meanwhile.
    private func write<Item: Sendable>(
        _ columns: [String], to file: FileHandle, _ progress: TableProgress,
        page read: (PageRequest) async throws(ServiceFailure) -> Page<Item>,
        row: (inout CSVWriter, Item) -> Void
    ) async throws -> Int {
        var writer = CSVWriter()
        writer.header(columns)
        var count = 0
        var request: PageRequest? = PageRequest(limit: Self.pageRows)
        while let next = request {
            let page = try await read(next)
            for item in page.items { row(&writer, item) }
            try file.write(contentsOf: writer.take())
            count += page.items.count
            progress.tell("\(count) rows")
            request = page.next.map { PageRequest(limit: Self.pageRows, cursor: $0) }
        }
        return count
    }
}
