import Domain
import HTTPCore
import HTTPTypes
import UseCases

/// Reads of inventory records and their ledger.
struct InventoryReadEndpoints: Sendable {
    let reader: StockReader

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .get,
                .api("/inventory"),
                scope: .read,
                summary: "Lists inventory records",
                description: .listInventory,
                handler: list
            ),
            Endpoint(
                .get,
                .api("/inventory/low-stock"),
                scope: .read,
                summary: "Lists records at or below their reorder point, least available first",
                description: .listLowStock,
                handler: lowStock
            ),
            Endpoint(
                .get,
                .api("/inventory/{id}"),
                scope: .read,
                summary: "Shows an inventory record",
                description: .getInventory,
                .read(show)
            ),
            Endpoint(
                .get,
                .api("/inventory/{id}/transactions"),
                scope: .read,
                summary: "Lists a record's ledger, newest first",
                description: .listTransactions,
                handler: transactions
            ),
            Endpoint(
                .get,
                .api("/inventory/{id}/at"),
                scope: .read,
                summary: "Shows a record's figures at a time, from the ledger",
                description: .getInventoryAt,
                handler: state
            ),
        ]
    }

    @Sendable private func list(_ request: APIRequest) async throws -> APIResponse {
        var parameters = ParameterReader(request)
        let filter = RecordFilter(
            sku: parameters.optional("sku", .sku),
            warehouseCode: parameters.optional("warehouse_code", .warehouseCode),
            isLowStock: parameters.optional("low_stock", .boolean),
            isOutOfStock: parameters.optional("out_of_stock", .boolean)
        )
        guard let page = try parameters.page() else { throw parameters.failure }
        return .page(try await reader.records(filter, page: page)) { $0.record($1) }
    }

    @Sendable private func lowStock(_ request: APIRequest) async throws -> APIResponse {
        var parameters = ParameterReader(request)
        let warehouse = parameters.optional("warehouse_code", .warehouseCode)
        guard let page = try parameters.page() else { throw parameters.failure }
        return .page(try await reader.lowStock(warehouse: warehouse, page: page)) { $0.lowStockLine($1) }
    }

    private static func id(of request: APIRequest) throws -> InventoryID {
        var parameters = ParameterReader(request)
        guard let id = parameters.path("id", .identifier() as FieldRule<InventoryID>) else {
            throw parameters.failure
        }
        return id
    }

    private static func answer(_ record: InventoryRecord, to headers: HTTPFields) -> APIResponse {
        let tag = EntityTag(version: record.version)
        var response = tag.matches(headers) ? APIResponse(.notModified) : APIResponse.json { $0.record(record) }
        response.headers[.eTag] = tag.description
        // The caller may keep a copy but must revalidate it, because stock changes at any moment. Shared caches must not.
        response.headers[.cacheControl] = "private, no-cache"
        return response
    }

    @Sendable private func show(_ request: APIRequest) throws -> ReadPlan {
        let headers = request.headers
        return ReadPlan(reader.record(try Self.id(of: request))) { Self.answer($0, to: headers) }
    }

    @Sendable private func transactions(_ request: APIRequest) async throws -> APIResponse {
        var parameters = ParameterReader(request)
        let id = parameters.path("id", .identifier() as FieldRule<InventoryID>)
        let filter = LedgerFilter(
            kind: parameters.optional("type", .word()),
            from: parameters.optional("from", .time),
            to: parameters.optional("to", .time)
        )
        let page = try parameters.page()
        guard let (id, page) = parameters.all(id, page) else { throw parameters.failure }
        return .page(try await reader.transactions(of: id, filter, page: page)) { $0.ledgerEntry($1) }
    }

    @Sendable private func state(_ request: APIRequest) async throws -> APIResponse {
        var parameters = ParameterReader(request)
        let id = parameters.path("id", .identifier() as FieldRule<InventoryID>)
        let time = parameters.required("time", .time)
        guard let (id, time) = parameters.all(id, time) else { throw parameters.failure }
        let state = try await reader.state(of: id, at: time)
        return .json { $0.state(state) }
    }
}
