package import Domain
package import PostgresClient
import PostgresRows
package import UseCases

/// Products and warehouses on PostgreSQL.
package struct PostgresCatalogue: CatalogueStore {
    let client: PostgresClient

    package init(client: PostgresClient) {
        self.client = client
    }

    // MARK: Products

    package func createProduct(
        _ draft: ProductDraft, once: Once<Product>?
    ) async throws(ServiceFailure) -> Product {
        let insert = PostgresQuery(ProductRow.insert) { parameters in
            parameters.append(newIdentifier(of: Product.self))
            parameters.append(draft.sku.description)
            parameters.append(draft.name)
            parameters.append(draft.basePrice.hundredths)
            parameters.append(draft.description)
            parameters.append(draft.attributes)
            parameters.append(folded(draft.name))
        }
        return try await client.once(once) { session throws(ServiceFailure) in
            guard let product = try await session.rows(insert, ProductRow.product).first else {
                throw .alreadyExists("SKU already exists: \(draft.sku)")
            }
            return product
        }
    }

    package func product(_ sku: SKU) async throws(ServiceFailure) -> Product? {
        try await products(PostgresQuery(ProductRow.bySKU) { $0.append(sku.description) }).first
    }

    package func updateProduct(
        _ sku: SKU, _ patch: ProductPatch, once: Once<Product?>?
    ) async throws(ServiceFailure) -> Product? {
        let update = PostgresQuery(ProductRow.update) { parameters in
            parameters.append(sku.description)
            parameters.append(patch.name)
            parameters.append(patch.basePrice?.hundredths)
            parameters.append(patch.description != nil)
            parameters.append(patch.description ?? nil)
            parameters.append(patch.attributes != nil)
            parameters.append(patch.attributes ?? nil)
            parameters.append(patch.isArchived)
            parameters.append(patch.name.map(folded))
        }
        return try await client.once(once) { session throws(ServiceFailure) in
            try await session.rows(update, ProductRow.product).first
        }
    }

    package func products(
        search: String?, archived: Bool?, page: PageRequest
    ) async throws(ServiceFailure) -> Page<Product> {
        let after = try page.text(at: 0, of: 1, in: "products") ?? ""
        let products: [Product]
        if let search = search.map({ ProductSearch($0, isArchived: archived) }), !search.words.isEmpty {
            products = try await search.products(after: after, limit: page.limit + 1, by: client)
        } else {
            products = try await self.products(
                PostgresQuery(ProductRow.list) { parameters in
                    parameters.append(after)
                    parameters.append(archived)
                    parameters.append(Int64(page.limit + 1))
                })
        }
        return Page(rows: products, limit: page.limit) { Cursor(["products", $0.sku.description]) }
    }

    private func products(_ query: PostgresQuery) async throws(ServiceFailure) -> [Product] {
        try await client.rows(query, ProductRow.product)
    }

    // MARK: Warehouses

    package func createWarehouse(
        _ draft: WarehouseDraft, once: Once<Warehouse>?
    ) async throws(ServiceFailure) -> Warehouse {
        let insert = PostgresQuery(WarehouseRow.insert) { parameters in
            parameters.append(newIdentifier(of: Warehouse.self))
            parameters.append(draft.code.description)
            parameters.append(draft.name)
            parameters.append(draft.priority)
        }
        return try await client.once(once) { session throws(ServiceFailure) in
            guard let warehouse = try await session.rows(insert, WarehouseRow.warehouse).first else {
                throw .alreadyExists("Warehouse code already exists: \(draft.code)")
            }
            return warehouse
        }
    }

    package func warehouse(_ code: WarehouseCode) async throws(ServiceFailure) -> Warehouse? {
        try await warehouses(PostgresQuery(WarehouseRow.byCode) { $0.append(code.description) }).first
    }

    package func updateWarehouse(
        _ code: WarehouseCode, _ patch: WarehousePatch, once: Once<Warehouse?>?
    ) async throws(ServiceFailure) -> Warehouse? {
        let update = PostgresQuery(WarehouseRow.update) { parameters in
            parameters.append(code.description)
            parameters.append(patch.name)
            parameters.append(patch.priority)
            parameters.append(patch.alertRecipients != nil)
            parameters.appendArray(patch.alertRecipients ?? [])
            parameters.append(patch.isArchived)
        }
        return try await client.once(once) { session throws(ServiceFailure) in
            try await session.rows(update, WarehouseRow.warehouse).first
        }
    }

    package func warehouses(page: PageRequest) async throws(ServiceFailure) -> Page<Warehouse> {
        let priority = try page.integer(at: 0, of: 2, in: "warehouses")
        let code = try page.text(at: 1, of: 2, in: "warehouses")
        let rows = try await warehouses(
            PostgresQuery(WarehouseRow.list) { parameters in
                parameters.append(priority ?? Int64.min)
                parameters.append(code ?? "")
                parameters.append(Int64(page.limit + 1))
            })
        return Page(rows: rows, limit: page.limit) { Cursor(["warehouses", String($0.priority), $0.code.description]) }
    }

    private func warehouses(_ query: PostgresQuery) async throws(ServiceFailure) -> [Warehouse] {
        try await client.rows(query, WarehouseRow.warehouse)
    }
}
