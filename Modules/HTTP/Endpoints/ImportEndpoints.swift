import HTTPTypes
import NIOCore
import Tables
import UseCases

/// `POST /import/…` (api.md, *Catalogue*): whole tables as CSV, all rows or none.
struct ImportEndpoints: Sendable {
    /// Bytes of a table (api.md, *Errors*).
    static let tableLimit = 64 << 20

    let imports: any BulkImport
    private let turns = ImportTurns()

    init(imports: any BulkImport) {
        self.imports = imports
    }

    var endpoints: [Endpoint] {
        [
            endpoint("products", .catalogWrite, "Creates and changes products by a CSV table", ProductFormat.self) {
                (table, options) async throws(ServiceFailure) in try await imports.importProducts(table, options)
            },
            endpoint("warehouses", .catalogWrite, "Creates and changes warehouses by a CSV table", WarehouseFormat.self)
            { (table, options) async throws(ServiceFailure) in try await imports.importWarehouses(table, options) },
            endpoint("stock", .stockWrite, "Sets what is on hand by a CSV table", StockFormat.self) {
                (table, options) async throws(ServiceFailure) in try await imports.importStock(table, options)
            },
        ]
    }

    private func endpoint<Format: TableFormat>(
        _ name: String, _ scope: Scope, _ summary: String, _: Format.Type,
        _ run:
            @escaping @Sendable (ImportTable<Format.Row>, ImportOptions) async throws(ServiceFailure) ->
            ImportSummary
    ) -> Endpoint {
        Endpoint(
            .post, .api("/import/\(name)"), scope: scope, body: .csv(limit: Self.tableLimit), summary: summary,
            description: .tableImport(name)
        ) { request in
            var parameters = ParameterReader(request)
            let isDryRun = parameters.optional("dry_run", .boolean) ?? false
            guard parameters.faults.isEmpty else { throw parameters.failure }
            return try await turns.take {
                var reader = TableReader<Format>()
                let key = try await request.stream?.read { piece in
                    piece.withUnsafeReadableBytes { reader.read($0.bindMemory(to: UInt8.self).span) }
                }
                let answer = { @Sendable (summary: ImportSummary) in
                    APIResponse.json { $0.importSummary(summary, isDryRun: isDryRun) }
                }
                let options = ImportOptions(
                    actor: request.actor, isDryRun: isDryRun, once: request.once(under: key ?? nil, answer))
                return answer(try await run(reader.finish(), options))
            }
        }
    }
}

extension JSONWriter {
    mutating func importSummary(_ summary: ImportSummary, isDryRun: Bool) {
        object { writer in
            writer.member("rows", Int64(summary.rows))
            writer.member("created", Int64(summary.created))
            writer.member("updated", Int64(summary.updated))
            writer.member("unchanged", Int64(summary.unchanged))
            writer.member("dry_run", isDryRun)
            writer.member("errors", [Int64]()) { $0.integer($1) }
        }
    }
}
