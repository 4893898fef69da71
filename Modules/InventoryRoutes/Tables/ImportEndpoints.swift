import HTTPCore
import HTTPTypes
import JSON
import NIOCore
import Tables
import UseCases

/// `POST /import/…`: whole tables as CSV, all rows or none.
struct ImportEndpoints: Sendable {
    /// The most bytes of a table; more is 413 `payload_too_large`.
    static let tableLimit = 64 << 20

    let imports: any BulkImport
    private let slots = ImportSlots()

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
            let isDryRun = try Self.isDryRun(request)
            // Reading a table takes long, so it must not block the other connections of this event loop.
            return try await withTaskExecutorPreference(globalConcurrentExecutor) {
                let (table, key) = try await slots.reading {
                    var reader = TableReader<Format>()
                    let key = try await request.stream?.read { piece in
                        piece.withUnsafeReadableBytes { reader.read($0.bindMemory(to: UInt8.self).span) }
                    }
                    return (reader.finish(), key ?? nil)
                }
                let answer = { @Sendable (summary: ImportSummary) in
                    APIResponse.json { $0.importSummary(summary, isDryRun: isDryRun) }
                }
                let options = ImportOptions(
                    actor: request.actor, isDryRun: isDryRun, once: request.once(under: key, answer))
                return answer(try await slots.importing { try await run(table, options) })
            }
        }
    }

    /// An unclear `dry_run` is an error, so that a caller who wants a dry run never gets a real import.
    private static func isDryRun(_ request: APIRequest) throws -> Bool {
        guard request.query.count(of: "dry_run") > 0 else { return false }
        var parameters = ParameterReader(request)
        guard request.query.count(of: "dry_run") == 1, let isDryRun = parameters.required("dry_run", .boolean) else {
            throw ServiceFailure.invalid([FieldFault(field: "dry_run", message: "must be true or false, given once")])
        }
        return isDryRun
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
