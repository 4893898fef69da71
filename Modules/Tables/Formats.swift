public import Domain
public import UseCases

/// `sku,name,base_price,description`.
public enum ProductFormat: TableFormat {
    public static let requiredColumns = ["sku", "name", "base_price"]
    public static let keyColumn = "sku"

    public static func read(_ cells: inout Cells) -> (key: SKU, row: ImportedProduct)? {
        let sku = cells.sku("sku")
        let name = cells.name("name")
        let price = cells.price("base_price")
        let description = cells.description("description")
        guard let sku, let name, let price else { return nil }
        return (sku, ImportedProduct(sku: sku, name: name, basePrice: price, description: description))
    }
}

/// `code,name,priority`.
public enum WarehouseFormat: TableFormat {
    public static let requiredColumns = ["code", "name"]
    public static let keyColumn = "code"

    public static func read(_ cells: inout Cells) -> (key: WarehouseCode, row: ImportedWarehouse)? {
        let code = cells.warehouseCode("code")
        let name = cells.name("name")
        let priority = cells.optionalInteger("priority", in: Warehouse.priorities)
        guard let code, let name else { return nil }
        return (code, ImportedWarehouse(code: code, name: name, priority: priority))
    }
}

/// `sku,warehouse_code,quantity_on_hand,reorder_point,reorder_quantity`.
public enum StockFormat: TableFormat {
    public struct Key: Hashable, Sendable {
        let sku: SKU
        let warehouseCode: WarehouseCode
    }

    public static let requiredColumns = ["sku", "warehouse_code", "quantity_on_hand"]
    public static let keyColumn = "sku"

    public static func read(_ cells: inout Cells) -> (key: Key, row: ImportedStock)? {
        let sku = cells.sku("sku")
        let code = cells.warehouseCode("warehouse_code")
        let onHand = cells.integer("quantity_on_hand", in: Quantity.countable)
        let point = cells.optionalInteger("reorder_point", in: Quantity.countable)
        let quantity = cells.optionalInteger("reorder_quantity", in: Quantity.reorderable)
        guard let sku, let code, let onHand else { return nil }
        return (
            Key(sku: sku, warehouseCode: code),
            ImportedStock(
                sku: sku, warehouseCode: code, quantityOnHand: onHand, reorderPoint: point, reorderQuantity: quantity)
        )
    }
}
