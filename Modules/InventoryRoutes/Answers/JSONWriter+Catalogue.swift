import Domain
import HTTPCore
import JSON

/// Products and warehouses; their schemas are in `SchemaComponent+Catalogue`.
extension JSONWriter {
    mutating func product(_ product: Product) {
        object { writer in
            writer.member("id", product.id)
            writer.member("sku", product.sku.description)
            writer.member("name", product.name)
            writer.member("base_price", product.basePrice.description)
            writer.member("description", product.description)
            writer.name("attributes")
            // The store keeps the attributes as JSON text, which was checked when it was received.
            writer.raw(product.attributes ?? "null")
            writer.member("archived", product.isArchived)
            writer.member("created_at", product.createdAt)
            writer.member("updated_at", product.updatedAt)
        }
    }

    mutating func warehouse(_ warehouse: Warehouse) {
        object { writer in
            writer.member("id", warehouse.id)
            writer.member("code", warehouse.code.description)
            writer.member("name", warehouse.name)
            writer.member("priority", warehouse.priority)
            writer.member("alert_recipients", warehouse.alertRecipients) { $0.string($1) }
            writer.member("archived", warehouse.isArchived)
            writer.member("created_at", warehouse.createdAt)
            writer.member("updated_at", warehouse.updatedAt)
        }
    }
}
