import Domain
import HTTPCore
import HTTPTypes
import UseCases

/// Sets when to reorder a record, and how much.
struct ReorderPolicyEndpoint: Sendable {
    static let reorderPoint = BodyField.required("reorder_point", .integer(in: Quantity.countable))
    static let reorderQuantity = BodyField.required("reorder_quantity", .integer(in: Quantity.reorderable))
    static let safetyStock = BodyField.optional("safety_stock", .integer(in: Quantity.countable))

    let stock: StockService

    var endpoint: Endpoint {
        Endpoint(
            .put,
            .api("/inventory/{sku}/{warehouse_code}"),
            scope: .catalogWrite,
            body: .json,
            summary: "Sets reorder point and quantity; creates the record at 0 on hand if it is new",
            description: .setReorderPolicy,
            .command(setPolicy)
        )
    }

    @Sendable private func setPolicy(_ request: APIRequest) throws -> CommandPlan {
        let sku = try request.sku()
        let code = try request.warehouseCode()
        var fields = try request.fields()
        let point = fields.read(Self.reorderPoint)
        let quantity = fields.read(Self.reorderQuantity)
        let safetyStock = fields.read(Self.safetyStock)
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
        let command = stock.setPolicy(
            sku: sku,
            warehouseCode: code,
            reorderPoint: point,
            reorderQuantity: quantity,
            safetyStock: safetyStock,
            actor: request.actor,
            once: once
        )
        return CommandPlan(command) { answer($0.record, $0.isNew) }
    }
}
