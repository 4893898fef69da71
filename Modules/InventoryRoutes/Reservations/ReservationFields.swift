import Domain
import HTTPCore
import UseCases

/// The limits of api.md, *Reservations*.
enum ReservationLimits {
    static let items = 1...500
    /// Seconds: up to a week.
    static let seconds: ClosedRange<Int64> = 1...604_800
}

extension FieldReader {
    /// Reads one item by whichever names the caller has. Ids go before codes when both are there.
    mutating func reservationItem() -> ReservationRequestItem? {
        let quantity = required("quantity", .integer(in: Quantity.movable))
        let name: RecordName?
        var product: ProductID?
        var warehouse: WarehouseID?
        if has("inventory_id") {
            let inventory = required("inventory_id", .identifier() as FieldRule<InventoryID>)
            product = optional("product_id", .identifier())
            warehouse = optional("warehouse_id", .identifier())
            name = inventory.map(RecordName.inventory)
        } else if has("product_id") || has("warehouse_id") {
            let product = required("product_id", .identifier() as FieldRule<ProductID>)
            let warehouse = required("warehouse_id", .identifier() as FieldRule<WarehouseID>)
            name = unwrap(product, warehouse).map(RecordName.identifiers)
        } else if has("sku") || has("warehouse_code") {
            let sku = required("sku", .sku)
            let code = required("warehouse_code", .warehouseCode)
            name = unwrap(sku, code).map(RecordName.codes)
        } else {
            fault("", "needs inventory_id, or product_id and warehouse_id, or sku and warehouse_code")
            return nil
        }
        return all(name, quantity).map { name, quantity in
            ReservationRequestItem(name: name, product: product, warehouse: warehouse, quantity: quantity)
        }
    }
}
