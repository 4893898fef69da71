import Domain
import HTTPCore
import HTTPTypes
import UseCases

/// When to reorder a record, and how much.
struct ReorderPolicyEndpoint: Sendable {
    let stock: StockService

    var endpoint: Endpoint {
        Endpoint(
            .put,
            .api("/inventory/{sku}/{warehouse_code}"),
            scope: .catalogWrite,
            body: .json,
            summary: "Sets reorder point and quantity; creates the record at 0 on hand if it is new",
            description: .setReorderPolicy,
            handler: setPolicy
        )
    }

    @Sendable private func setPolicy(_ request: APIRequest) async throws -> APIResponse {
        let sku = try request.sku()
        let code = try request.warehouseCode()
        var fields = try request.fields()
        let point = fields.required("reorder_point", .integer(in: Quantity.countable))
        let quantity = fields.required("reorder_quantity", .integer(in: Quantity.reorderable))
        let safetyStock = fields.optional("safety_stock", .integer(in: Quantity.countable))
        guard let (point, quantity) = fields.all(point, quantity) else { throw fields.failure }
        let answer = { @Sendable (record: InventoryRecord, isNew: Bool) -> APIResponse in
            var response = APIResponse.json(isNew ? .created : .ok) { $0.record(record) }
            response.headers[.eTag] = EntityTag(version: record.version).description
            if isNew { response.headers[.location] = "/api/v1/inventory/\(record.id)" }
            return response
        }
        let once = request.once { (outcome: Outcome) in
            if case .policy(let record, let isNew) = outcome { answer(record, isNew) } else { nil }
        }
        let (record, isNew) = try await stock.setPolicy(
            sku: sku,
            warehouseCode: code,
            reorderPoint: point,
            reorderQuantity: quantity,
            safetyStock: safetyStock,
            actor: request.actor,
            once: once
        )
        return answer(record, isNew)
    }
}
