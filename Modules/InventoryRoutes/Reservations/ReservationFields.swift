package import Domain
package import HTTPCore
package import UseCases

/// The limits of one checkout.
enum ReservationLimits {
    static let items = 1...500
    /// How long units may be held, in seconds: up to a week.
    static let seconds: ClosedRange<Int64> = 1...604_800
}

/// The members of the bodies of reserve and extend.
package enum ReservationBody {
    package static let order = BodyField.required("order_id", FieldRule<OrderID>.identifier())
    package static let items = BodyObjects("items", count: ReservationLimits.items, of: ReservationItemBody.schema)
    package static let seconds = BodyField.optional("ttl", .integer(in: ReservationLimits.seconds), "Seconds.")
    static let newSeconds = BodyField.required("ttl", .integer(in: ReservationLimits.seconds), "Seconds from now.")
}

/// The members of one item. An item names its record in one of three ways, ids before codes; members of the other ways may
/// be null.
enum ReservationItemBody {
    static let quantity = BodyField.required("quantity", .integer(in: Quantity.movable))
    static let inventory = BodyField.required("inventory_id", FieldRule<InventoryID>.identifier())
    static let product = BodyField.required("product_id", FieldRule<ProductID>.identifier())
    static let warehouse = BodyField.required("warehouse_id", FieldRule<WarehouseID>.identifier())
    /// The product that the record of `inventory_id` must belong to.
    static let expectedProduct = BodyField.optional("product_id", FieldRule<ProductID>.identifier())
    static let expectedWarehouse = BodyField.optional("warehouse_id", FieldRule<WarehouseID>.identifier())
    static let sku = BodyField.required("sku", FieldRule<SKU>.sku)
    static let code = BodyField.required("warehouse_code", FieldRule<WarehouseCode>.warehouseCode)

    static let schema = Schema.anyOf([
        .body([inventory, quantity, expectedProduct, expectedWarehouse]),
        .body([product, warehouse, quantity], without: [inventory]),
        .body([sku, code, quantity], without: [inventory, product, warehouse]),
    ])
    .described("`product_id` and `warehouse_id` beside `inventory_id` must agree with it.")
}

extension FieldReader {
    /// Reads one item of a reserve; nil when it has faults.
    package mutating func reservationItem() -> ReservationRequestItem? {
        typealias Body = ReservationItemBody
        let quantity = read(Body.quantity)
        let name: RecordName?
        var product: ProductID?
        var warehouse: WarehouseID?
        if let inventory = readIfPresent(Body.inventory) {
            product = read(Body.expectedProduct)
            warehouse = read(Body.expectedWarehouse)
            name = inventory.map(RecordName.inventory)
        } else if has(Body.product.name) || has(Body.warehouse.name) {
            name = unwrap(read(Body.product), read(Body.warehouse)).map(RecordName.identifiers)
        } else if has(Body.sku.name) || has(Body.code.name) {
            name = unwrap(read(Body.sku), read(Body.code)).map(RecordName.codes)
        } else {
            fault("", "needs inventory_id, or product_id and warehouse_id, or sku and warehouse_code")
            return nil
        }
        return all(name, quantity).map { name, quantity in
            ReservationRequestItem(name: name, product: product, warehouse: warehouse, quantity: quantity)
        }
    }
}
