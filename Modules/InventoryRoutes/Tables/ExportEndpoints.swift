import CSV
import HTTPCore
import HTTPTypes
import NIOCore
import Synchronization
import Tables
import UseCases

/// `GET /export/…` (api.md, *Catalogue*): whole tables as CSV, page by page while they are sent.
///
/// Each page is a statement of its own, so a caller who reads slowly holds no transaction open; what changes meanwhile is
/// in the export as it is when its page is read.
struct ExportEndpoints: Sendable {
    /// Rows of a page: some 300 KB.
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
            // The first page before the answer: a database that is away is a problem and not a broken file.
            let first = try await read(PageRequest(limit: Self.pageRows))
            let rest = Mutex(Rest(page: first))
            var response = APIResponse(
                .ok,
                headers: [
                    .contentType: "text/csv; charset=utf-8; header=present",
                    .contentDisposition: "attachment; filename=\"\(name).csv\"",
                ])
            response.stream = AnswerStream {
                let (page, isFirst) = rest.withLock { ($0.page, $0.isFirst) }
                guard let page else { return nil }
                var writer = CSVWriter()
                if isFirst { writer.header(columns) }
                for item in page.items { write(&writer, item) }
                let next: Page<Item>? =
                    if let cursor = page.next {
                        try await read(PageRequest(limit: Self.pageRows, cursor: cursor))
                    } else { nil }
                rest.withLock { $0 = Rest(page: next, isFirst: false) }
                return ByteBuffer(bytes: writer.bytes)
            }
            return response
        }
    }

    /// The page that is to be sent next; nil at the end.
    private struct Rest<Item: Sendable>: Sendable {
        var page: Page<Item>?
        var isFirst = true
    }
}
