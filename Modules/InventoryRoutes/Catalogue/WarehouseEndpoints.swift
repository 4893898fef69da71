import Domain
import HTTPCore
import HTTPTypes
import UseCases

/// Routes of the warehouses.
struct WarehouseEndpoints: Sendable {
    let catalogue: any CatalogueStore

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .post,
                .api("/warehouses"),
                scope: .catalogWrite,
                body: .json,
                summary: "Creates a warehouse",
                description: .createWarehouse,
                handler: create
            ),
            Endpoint(
                .get,
                .api("/warehouses"),
                scope: .read,
                summary: "Lists warehouses, by priority",
                description: .listWarehouses,
                handler: list
            ),
            Endpoint(
                .get, .api("/warehouses/{code}"), scope: .read, summary: "Shows a warehouse",
                description: .getWarehouse, handler: show),
            Endpoint(
                .patch,
                .api("/warehouses/{code}"),
                scope: .catalogWrite,
                body: .json,
                summary: "Changes a warehouse",
                description: .updateWarehouse,
                handler: update
            ),
        ]
    }

    @Sendable private func create(_ request: APIRequest) async throws -> APIResponse {
        var fields = try request.fields()
        let code = fields.read(NewWarehouseBody.code)
        let name = fields.read(NewWarehouseBody.name)
        let priority = fields.read(NewWarehouseBody.priority) ?? 0
        guard let (code, name) = fields.all(code, name) else { throw fields.failure }
        let answer = { @Sendable (warehouse: Warehouse) -> APIResponse in
            var response = APIResponse.json(.created) { $0.warehouse(warehouse) }
            response.headers[.location] = "/api/v1/warehouses/" + PercentEncoding.encode(segment: code.description)
            return response
        }
        let warehouse = try await catalogue.createWarehouse(
            WarehouseDraft(code: code, name: name, priority: priority),
            once: request.once { answer($0) }
        )
        return answer(warehouse)
    }

    @Sendable private func list(_ request: APIRequest) async throws -> APIResponse {
        var parameters = ParameterReader(request)
        guard let page = try parameters.page() else { throw parameters.failure }
        return .page(try await catalogue.warehouses(page: page)) { $0.warehouse($1) }
    }

    @Sendable private func show(_ request: APIRequest) async throws -> APIResponse {
        let code = try request.warehouseCode("code")
        guard let warehouse = try await catalogue.warehouse(code) else {
            throw Problem.unknownWarehouse(code.description)
        }
        return .json { $0.warehouse(warehouse) }
    }

    @Sendable private func update(_ request: APIRequest) async throws -> APIResponse {
        let code = try request.warehouseCode("code")
        var fields = try request.fields()
        let patch = WarehousePatch(
            name: fields.read(WarehousePatchBody.name),
            priority: fields.read(WarehousePatchBody.priority),
            alertRecipients: fields.read(WarehousePatchBody.alertRecipients),
            isArchived: fields.read(WarehousePatchBody.archived)
        )
        guard fields.faults.isEmpty else { throw fields.failure }
        // An empty change is a read, so the store never sees one.
        let warehouse =
            patch == WarehousePatch()
            ? try await catalogue.warehouse(code)
            : try await catalogue.updateWarehouse(
                code,
                patch,
                once: request.once { (warehouse: Warehouse?) in
                    warehouse.map { warehouse in .json { $0.warehouse(warehouse) } }
                }
            )
        guard let warehouse else { throw Problem.unknownWarehouse(code.description) }
        return .json { $0.warehouse(warehouse) }
    }
}
