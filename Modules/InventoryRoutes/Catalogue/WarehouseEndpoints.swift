import Domain
import HTTPCore
import HTTPTypes
import UseCases

/// Warehouses (api.md, *Catalogue*).
struct WarehouseEndpoints: Sendable {
    /// A mail to more people than this is a list's affair.
    static let recipients = 0...20

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
        let code = fields.required("code", .warehouseCode)
        let name = fields.required("name", .name)
        let priority = fields.optional("priority", .integer(in: Warehouse.priorities)) ?? 0
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
            name: fields.changed("name", .name),
            priority: fields.changed("priority", .integer(in: Warehouse.priorities)),
            alertRecipients: fields.optionalList("alert_recipients", count: Self.recipients, .mailAddress),
            isArchived: fields.changed("archived", .boolean)
        )
        guard fields.faults.isEmpty else { throw fields.failure }
        // Nothing to change is a read: the store need not cope with a change of nothing.
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

extension FieldRule where Value == String {
    /// An address that can stand in a mail's envelope and header: one `@` with something on both sides, printable
    /// ASCII without what would end an address or a line, at most 254 characters (RFC 5321, section 4.5.3.1.3).
    fileprivate static var mailAddress: Self {
        FieldRule { text throws(FieldMessage) in
            let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
            let isPlain = text.utf8.allSatisfy { byte in
                (0x21...0x7E).contains(byte) && !"<>()[],;:\\\"".utf8.contains(byte)
            }
            guard TextLimits.mailAddress.contains(text.utf8.count), parts.count == 2, parts.allSatisfy({ !$0.isEmpty }),
                isPlain
            else {
                throw FieldMessage("must be a mail address such as buyer@example.com")
            }
            return text
        }
    }
}
