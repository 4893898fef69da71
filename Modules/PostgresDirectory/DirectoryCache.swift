import Domain
import UseCases

/// What has been learned of names and ids. All of it is immutable in the database, so nothing here can become wrong
/// unless the database itself goes back in time (a failover that loses commits): see `forget`.
struct DirectoryCache {
    private(set) var productsBySKU: Remembered<SKU, ProductID>
    private(set) var skus: Remembered<ProductID, SKU>
    private(set) var warehousesByCode: Remembered<WarehouseCode, WarehouseID>
    private(set) var codes: Remembered<WarehouseID, WarehouseCode>
    private(set) var inventory: CachedRecords

    /// - Parameter limit: entries that one kind of name may have.
    init(limit: Int) {
        productsBySKU = Remembered(limit: limit)
        skus = Remembered(limit: limit)
        warehousesByCode = Remembered(limit: limit)
        codes = Remembered(limit: limit)
        inventory = CachedRecords(limit: limit)
    }

    mutating func learn(_ sku: SKU, _ product: ProductID) {
        productsBySKU.learn(sku, product)
        skus.learn(product, sku)
    }

    mutating func learn(_ code: WarehouseCode, _ warehouse: WarehouseID) {
        warehousesByCode.learn(code, warehouse)
        codes.learn(warehouse, code)
    }

    mutating func learn(_ id: InventoryID, _ reference: RecordReference) {
        if skus[reference.key.product] == nil { learn(reference.sku, reference.key.product) }
        if codes[reference.key.warehouse] == nil { learn(reference.warehouseCode, reference.key.warehouse) }
        inventory.learn(id, reference.key)
    }

    /// A record that the database does not have any more.
    mutating func forget(_ id: InventoryID, _ key: RecordKey) {
        inventory.forget(id, key)
    }

    /// Where a record is, as far as it is known.
    func reference(of id: InventoryID) -> RecordReference? { inventory[id].flatMap(reference(to:)) }

    private func reference(to key: RecordKey) -> RecordReference? {
        guard let sku = skus[key.product], let code = codes[key.warehouse] else { return nil }
        return RecordReference(key: key, sku: sku, warehouseCode: code)
    }

    /// What a name means, as far as it is known.
    func reference(_ name: RecordName) -> RecordReference? {
        switch name {
        case .inventory(let id):
            return reference(of: id)
        case .identifiers(let product, let warehouse):
            return reference(to: RecordKey(product: product, warehouse: warehouse))
        case .codes(let sku, let code):
            guard let product = productsBySKU[sku], let warehouse = warehousesByCode[code] else { return nil }
            return RecordReference(
                key: RecordKey(product: product, warehouse: warehouse), sku: sku, warehouseCode: code)
        }
    }

    /// Why a name that was asked for is still not known, in words for the caller.
    func absence(of name: RecordName) -> String {
        switch name {
        case .inventory(let id): "Unknown inventory record: \(id)"
        case .identifiers(let product, let warehouse):
            skus[product] == nil ? "Unknown product: \(product)" : "Unknown warehouse: \(warehouse)"
        case .codes(let sku, let code):
            productsBySKU[sku] == nil ? "Unknown SKU: \(sku)" : "Unknown warehouse: \(code)"
        }
    }
}
