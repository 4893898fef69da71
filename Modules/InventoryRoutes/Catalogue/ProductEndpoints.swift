import Domain
import HTTPCore
import HTTPTypes
import UseCases

/// Routes of the products.
struct ProductEndpoints: Sendable {
    let catalogue: any CatalogueStore

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .post,
                .api("/products"),
                scope: .catalogWrite,
                body: .json,
                summary: "Creates a product",
                description: .createProduct,
                handler: create
            ),
            Endpoint(
                .get,
                .api("/products"),
                scope: .read,
                summary: "Lists products, by SKU prefix or by words of the name",
                description: .listProducts,
                handler: list
            ),
            Endpoint(
                .get, .api("/products/{sku}"), scope: .read, summary: "Shows a product", description: .getProduct,
                handler: show),
            Endpoint(
                .patch,
                .api("/products/{sku}"),
                scope: .catalogWrite,
                body: .json,
                summary: "Changes a product",
                description: .updateProduct,
                handler: update
            ),
        ]
    }

    @Sendable private func create(_ request: APIRequest) async throws -> APIResponse {
        var fields = try request.fields()
        let sku = fields.read(NewProductBody.sku)
        let name = fields.read(NewProductBody.name)
        let price = fields.read(NewProductBody.price)
        let description = fields.read(NewProductBody.description)
        let attributes = fields.read(NewProductBody.attributes)
        guard let (sku, name, price) = fields.all(sku, name, price) else { throw fields.failure }
        let answer = { @Sendable (product: Product) -> APIResponse in
            var response = APIResponse.json(.created) { $0.product(product) }
            response.headers[.location] = "/api/v1/products/" + PercentEncoding.encode(segment: sku.description)
            return response
        }
        let product = try await catalogue.createProduct(
            ProductDraft(sku: sku, name: name, basePrice: price, description: description, attributes: attributes),
            once: request.once { answer($0) }
        )
        return answer(product)
    }

    @Sendable private func list(_ request: APIRequest) async throws -> APIResponse {
        var parameters = ParameterReader(request)
        let search = parameters.optional("search", .search)
        let archived = parameters.optional("archived", .boolean)
        guard let page = try parameters.page() else { throw parameters.failure }
        return .page(try await catalogue.products(search: search, archived: archived, page: page)) {
            $0.product($1)
        }
    }

    @Sendable private func show(_ request: APIRequest) async throws -> APIResponse {
        let sku = try request.sku()
        guard let product = try await catalogue.product(sku) else { throw Problem.unknownSKU(sku.description) }
        return .json { $0.product(product) }
    }

    @Sendable private func update(_ request: APIRequest) async throws -> APIResponse {
        let sku = try request.sku()
        var fields = try request.fields()
        let patch = ProductPatch(
            name: fields.read(ProductPatchBody.name),
            basePrice: fields.read(ProductPatchBody.price),
            description: fields.readRemovable(ProductPatchBody.description),
            attributes: fields.readRemovable(ProductPatchBody.attributes),
            isArchived: fields.read(ProductPatchBody.archived)
        )
        guard fields.faults.isEmpty else { throw fields.failure }
        // An empty change is a read, so the store never sees one.
        let product =
            patch == ProductPatch()
            ? try await catalogue.product(sku)
            : try await catalogue.updateProduct(
                sku,
                patch,
                once: request.once { (product: Product?) in product.map { product in .json { $0.product(product) } } }
            )
        guard let product else { throw Problem.unknownSKU(sku.description) }
        return .json { $0.product(product) }
    }
}
