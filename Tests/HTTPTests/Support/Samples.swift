import Domain
import UseCases

@testable import HTTPCore

/// One product, two warehouses and their records, with fixed ids.
enum Samples {
    static let inventoryText = "01920000-0000-7000-8000-000000000001"
    static let productText = "01920000-0000-7000-8000-0000000000a1"
    static let secondProductText = "01920000-0000-7000-8000-0000000000a2"
    static let warehouseText = "01920000-0000-7000-8000-0000000000b1"
    static let secondWarehouseText = "01920000-0000-7000-8000-0000000000b2"
    static let orderText = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    static let transactionText = "01920000-0000-7000-8000-0000000000c1"
    static let secondTransactionText = "01920000-0000-7000-8000-0000000000c2"
    static let reservationText = "01920000-0000-7000-8000-0000000000d1"

    static let inventory: InventoryID = id(inventoryText)
    static let productID: ProductID = id(productText)
    static let secondProductID: ProductID = id(secondProductText)
    static let warehouseID: WarehouseID = id(warehouseText)
    static let secondWarehouseID: WarehouseID = id(secondWarehouseText)
    static let order: OrderID = id(orderText)
    static let transaction: TransactionID = id(transactionText)
    static let secondTransaction: TransactionID = id(secondTransactionText)
    static let reservation: ReservationID = id(reservationText)

    static let sku = sku("LAPTOP-001")
    static let secondSKU = sku("MOUSE-002")
    static let warehouseCode = code("WH1")
    static let secondWarehouseCode = code("WH2")

    static let reference = RecordReference(
        key: RecordKey(product: productID, warehouse: warehouseID),
        sku: sku,
        warehouseCode: warehouseCode
    )
    static let secondReference = RecordReference(
        key: RecordKey(product: productID, warehouse: secondWarehouseID),
        sku: sku,
        warehouseCode: secondWarehouseCode
    )

    /// 2026-11-22T15:00:00.123Z.
    static let instant = Instant(milliseconds: 1_795_359_600_123)
    static let instantText = "2026-11-22T15:00:00.123Z"

    static let record = InventoryRecord(
        id: inventory,
        reference: reference,
        quantityOnHand: 100,
        quantityReserved: 2,
        reorderPoint: 10,
        reorderQuantity: 25,
        safetyStock: 5,
        version: 7,
        updatedAt: instant
    )
    static let product = Product(
        id: productID,
        sku: sku,
        name: "Laptop",
        basePrice: Money(hundredths: 1_999),
        description: "Thin",
        attributes: #"{"color":"grey"}"#,
        createdAt: instant,
        updatedAt: instant
    )
    static let warehouse = Warehouse(
        id: warehouseID,
        code: warehouseCode,
        name: "North",
        priority: 3,
        alertRecipients: ["buyer@example.com"],
        createdAt: instant,
        updatedAt: instant
    )

    static func id<Entity>(_ text: String) -> Identifier<Entity> {
        guard let id = Identifier<Entity>(text) else { preconditionFailure("\(text) is no UUID") }
        return id
    }

    static func sku(_ text: String) -> SKU {
        guard let sku = SKU(text) else { preconditionFailure("\(text) is no SKU") }
        return sku
    }

    static func code(_ text: String) -> WarehouseCode {
        guard let code = WarehouseCode(text) else { preconditionFailure("\(text) is no code") }
        return code
    }

    static func changed(from old: Int64, to new: Int64, transaction: TransactionID? = transaction) -> ChangeOutcome {
        ChangeOutcome(
            record: reference,
            oldQuantity: old,
            newQuantity: new,
            inventoryID: inventory,
            version: 8,
            transactionID: transaction
        )
    }

    static func shortage(inventory: InventoryID? = inventory) -> StockRefusal {
        .insufficientStock(.init(record: reference, inventoryID: inventory, available: 98, requested: 200))
    }
}
