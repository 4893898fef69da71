import CSV

/// A row of `products.csv`.
struct ProductRow: CSVRowDecodable, Sendable {
    static let requiredColumns = ["sku", "name", "base_price"]

    var number: Int
    var sku: String
    var name: String
    /// As written in the file: only the server needs to parse the decimal.
    var basePrice: String
    var description: String?

    init(_ record: CSVRecord) throws(CSVError) {
        number = record.number
        sku = try record.code("sku")
        name = try record.nonEmpty("name")
        basePrice = try record.nonEmpty("base_price")
        let text = record.text("description") ?? ""
        description = text.isEmpty ? nil : text
    }
}

/// A row of `warehouses.csv`.
struct WarehouseRow: CSVRowDecodable, Sendable {
    static let requiredColumns = ["code", "name"]

    var number: Int
    var code: String
    var name: String
    var priority: Int?

    init(_ record: CSVRecord) throws(CSVError) {
        number = record.number
        code = try record.code("code")
        name = try record.nonEmpty("name")
        if let text = record.text("priority"), !text.isEmpty {
            priority = try record.integer("priority", in: FieldRules.priorities)
        }
    }
}

/// A row of `stock.csv`: the opening state of one record.
struct StockRow: CSVRowDecodable, Sendable {
    static let requiredColumns = ["sku", "warehouse_code", "quantity_on_hand", "reorder_point", "reorder_quantity"]

    var number: Int
    var sku: String
    var warehouseCode: String
    var quantityOnHand: Int
    var reorderPoint: Int
    var reorderQuantity: Int

    init(_ record: CSVRecord) throws(CSVError) {
        number = record.number
        sku = try record.code("sku")
        warehouseCode = try record.code("warehouse_code")
        quantityOnHand = try record.integer("quantity_on_hand", in: FieldRules.openingQuantities)
        reorderPoint = try record.integer("reorder_point", in: FieldRules.reorderPoints)
        reorderQuantity = try record.integer("reorder_quantity", in: FieldRules.reorderQuantities)
    }
}
