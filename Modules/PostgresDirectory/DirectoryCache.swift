import Domain
import UseCases

/// Cached names and ids. They never change in the database, so an entry can become wrong only if a failover loses
/// commits: see `forget`.
struct DirectoryCache {
    private(set) var productsBySKU: Remembered<SKU, ProductID>
    private(set) var skus: Remembered<ProductID, SKU>
    private(set) var warehousesByCode: Remembered<WarehouseCode, WarehouseID>
    private(set) var codes: Remembered<WarehouseID, WarehouseCode>
    private(set) var inventory: CachedRecords

    /// - Parameter limit: the most entries per kind of name.
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

    /// Removes a record that the database no longer has.
    mutating func forget(_ id: InventoryID, _ key: RecordKey) {
        inventory.forget(id, key)
    }

    /// The product and warehouse of a record; nil if not cached.
    func reference(of id: InventoryID) -> RecordReference? { inventory[id].flatMap(reference(to:)) }

    private func reference(to key: RecordKey) -> RecordReference? {
        guard let sku = skus[key.product], let code = codes[key.warehouse] else { return nil }
        return RecordReference(key: key, sku: sku, warehouseCode: code)
    }

    /// The record that a name means; nil if not cached.
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

    /// The message for the caller when a name is unknown after a look-up.
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
