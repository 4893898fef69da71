import Domain
import UseCases

/// What has been learned of names and ids. All of it is immutable in the database, so nothing here can become wrong;
/// only what is missing must be asked for.
struct DirectoryMemory {
    /// Entries that one kind of name may have before all of them are forgotten: some 200 bytes each, so that a large
    /// catalogue (half a million records) still fits and a boundless one cannot fill the memory.
    static let limit = 500_000

    private(set) var productsBySKU: [SKU: ProductID] = [:]
    private(set) var skus: [ProductID: SKU] = [:]
    private(set) var warehousesByCode: [WarehouseCode: WarehouseID] = [:]
    private(set) var codes: [WarehouseID: WarehouseCode] = [:]
    private(set) var references: [InventoryID: RecordReference] = [:]
    private(set) var inventory: [RecordKey: InventoryID] = [:]

    mutating func learn(_ sku: SKU, _ product: ProductID) {
        if skus.count >= Self.limit {
            productsBySKU.removeAll()
            skus.removeAll()
        }
        productsBySKU[sku] = product
        skus[product] = sku
    }

    mutating func learn(_ code: WarehouseCode, _ warehouse: WarehouseID) {
        if codes.count >= Self.limit {
            warehousesByCode.removeAll()
            codes.removeAll()
        }
        warehousesByCode[code] = warehouse
        codes[warehouse] = code
    }

    mutating func learn(_ id: InventoryID, _ reference: RecordReference) {
        if references.count >= Self.limit {
            references.removeAll()
            inventory.removeAll()
        }
        references[id] = reference
        inventory[reference.key] = id
    }

    /// What a name means, as far as it is known.
    func reference(_ name: RecordName) -> RecordReference? {
        switch name {
        case .inventory(let id):
            return references[id]
        case .identifiers(let product, let warehouse):
            guard let sku = skus[product], let code = codes[warehouse] else { return nil }
            return RecordReference(
                key: RecordKey(product: product, warehouse: warehouse), sku: sku, warehouseCode: code)
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
