import CSV
import HTTPCore
import HTTPTypes
import NIOCore
import Synchronization
import Tables
import UseCases

/// `GET /export/…`: whole tables as CSV, read page by page while they are sent.
///
/// Each page is a separate statement, so a slow client holds no transaction open. A row that changes during the export
/// appears as it is when its page is read.
struct ExportEndpoints: Sendable {
    /// Rows per page: about 300 KB.
    private static let pageRows = 2_000

    let catalogue: any CatalogueStore
    let queries: any StockQueries

    var endpoints: [Endpoint] {
        [
            endpoint("products", "All products as CSV", ExportColumns.product) { page throws(ServiceFailure) in
                try await catalogue.products(search: nil, archived: nil, page: page)
            } write: {
                $0.product($1)
            },
            endpoint("inventory", "All inventory records as CSV", ExportColumns.record) { page throws(ServiceFailure) in
                try await queries.records(RecordFilter(), page: page)
            } write: {
                $0.record($1)
            },
            endpoint("transactions", "The whole audit ledger as CSV", ExportColumns.transaction) {
                page throws(ServiceFailure) in
                try await queries.ledger(page: page)
            } write: {
                $0.transaction($1)
            },
        ]
    }

    private func endpoint<Item: Sendable>(
        _ name: String, _ summary: String, _ columns: [String],
        page read: @escaping @Sendable (PageRequest) async throws(ServiceFailure) -> Page<Item>,
        write: @escaping @Sendable (inout CSVWriter, Item) -> Void
    ) -> Endpoint {
        Endpoint(
            .get, .api("/export/\(name)"), scope: .read, summary: summary, description: .tableExport(name, columns)
        ) { _ in
            // The first page is read before the response starts, so an unreachable database is a problem, not a cut file.
            let first = try await read(PageRequest(limit: Self.pageRows))
            let progress = Mutex(Progress(nextPage: first))
            var response = APIResponse(
                .ok,
                headers: [
                    .contentType: "text/csv; charset=utf-8; header=present",
                    .contentDisposition: "attachment; filename=\"\(name).csv\"",
                ])
            response.stream = AnswerStream {
                let (page, isFirst) = progress.withLock { ($0.nextPage, $0.isFirst) }
                guard let page else { return nil }
                var writer = CSVWriter()
                if isFirst { writer.header(columns) }
                for item in page.items { write(&writer, item) }
                let next: Page<Item>? =
                    if let cursor = page.next {
                        try await read(PageRequest(limit: Self.pageRows, cursor: cursor))
                    } else { nil }
                progress.withLock { $0 = Progress(nextPage: next, isFirst: false) }
                return ByteBuffer(bytes: writer.bytes)
            }
            return response
        }
    }

    private struct Progress<Item: Sendable>: Sendable {
        /// nil at the end.
        var nextPage: Page<Item>?
        var isFirst = true
    }
}
